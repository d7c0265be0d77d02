# tests/session
if HAVE_GTEST
check_PROGRAMS += tests/session/server_session_test
TESTS += tests/session/server_session_test
tests_session_server_session_test_SOURCES = \
	tests/session/FakeServerHost.hxx \
	tests/session/ScanTallyTest.cxx \
	tests/session/ServerCryptTest.cxx \
	tests/session/ServerLoginTest.cxx \
	tests/session/ServerSessionFixture.hxx \
	tests/session/ServerSessionTest.cxx
tests_session_server_session_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/session
tests_session_server_session_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_session_server_session_test_LDADD = $(server_session_libs) src/os/libos.la $(LTDL_LIBS) $(GTEST_LIBS)

check_PROGRAMS += tests/session/client_session_test
TESTS += tests/session/client_session_test
tests_session_client_session_test_SOURCES = \
	tests/session/ClientLoginTest.cxx \
	tests/session/ClientSessionTest.cxx \
	tests/session/TestMethods.hxx
tests_session_client_session_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_session_client_session_test_LDADD = $(client_convenience_libs) $(LTDL_LIBS) $(GTEST_LIBS) $(PTHREAD_LIBS)
endif
