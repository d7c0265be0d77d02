# tests/os
if HAVE_GTEST
check_PROGRAMS += tests/os/os_test
TESTS += tests/os/os_test
tests_os_os_test_SOURCES = \
	tests/os/CapabilitiesTest.cxx \
	tests/os/ListenAddressTest.cxx \
	tests/os/ProcessTest.cxx \
	tests/os/SecretTest.cxx \
	tests/os/SecureMemoryTest.cxx \
	tests/os/SocketAddressTest.cxx \
	tests/os/SocketTest.cxx
tests_os_os_test_CXXFLAGS = $(test_cxxflags)
tests_os_os_test_LDADD = src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
endif
