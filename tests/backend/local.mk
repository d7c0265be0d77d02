# tests/backend
if HAVE_GTEST
check_PROGRAMS += tests/backend/backend_test
TESTS += tests/backend/backend_test
tests_backend_backend_test_SOURCES = \
	tests/backend/BackendLibrary.hxx \
	tests/backend/BackendTest.cxx tests/backend/BackendTest.hxx \
	tests/backend/CancelTest.cxx \
	tests/backend/CloseTest.cxx \
	tests/backend/ConnectionTest.cxx \
	tests/backend/KnownValuesTest.cxx \
	tests/backend/ListTest.cxx \
	tests/backend/LoginTest.cxx \
	tests/backend/MemoryCounter.cxx tests/backend/MemoryCounter.hxx \
	tests/backend/OptionTest.cxx \
	tests/backend/ScanTest.cxx \
	tests/backend/SignalCancel.hxx \
	tests/client/FakeServer.cxx tests/client/FakeServer.hxx
tests_backend_backend_test_CPPFLAGS = $(AM_CPPFLAGS) $(SANE_CFLAGS) \
	-DNETSANE_TEST_BACKEND='"$(abs_builddir)/.libs/libsane-netsane.so.1"' \
	-DNETSANE_TEST_AUTH_UNIX='"$(abs_builddir)/.libs/auth_unix.so"'
tests_backend_backend_test_CXXFLAGS = $(test_cxxflags)
tests_backend_backend_test_LDADD = src/protocol/libprotocol.la src/os/libos.la $(GTEST_LIBS) $(PTHREAD_LIBS)
tests_backend_backend_test_DEPENDENCIES = libsane-netsane.la auth_unix.la src/protocol/libprotocol.la src/os/libos.la

# Parts of the backend, without the program around them.
check_PROGRAMS += tests/backend/backend_parts_test
TESTS += tests/backend/backend_parts_test
tests_backend_backend_parts_test_SOURCES = tests/backend/ReadWindowTest.cxx
tests_backend_backend_parts_test_CXXFLAGS = $(test_cxxflags)
tests_backend_backend_parts_test_LDADD = src/backend/libbackend.la $(client_convenience_libs) $(LTDL_LIBS) $(GTEST_LIBS) \
	$(PTHREAD_LIBS)
endif
