# tests/sandbox
if HAVE_GTEST
check_PROGRAMS += tests/sandbox/sandbox_test
TESTS += tests/sandbox/sandbox_test
tests_sandbox_sandbox_test_SOURCES = \
	tests/sandbox/InChild.hxx \
	tests/sandbox/LandlockTest.cxx \
	tests/sandbox/ProcessStateTest.cxx \
	tests/sandbox/SandboxTest.cxx \
	tests/sandbox/SyscallFilterTest.cxx
tests_sandbox_sandbox_test_CXXFLAGS = $(test_cxxflags)
tests_sandbox_sandbox_test_LDADD = $(sandbox_libs) src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
endif
