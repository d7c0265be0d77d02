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
	tests/session/ServerSessionLimitsTest.cxx \
	tests/session/ServerSessionTest.cxx
tests_session_server_session_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/session
tests_session_server_session_test_CXXFLAGS = $(test_cxxflags)
tests_session_server_session_test_LDADD = $(server_session_libs) src/os/libos.la $(LTDL_LIBS) $(GTEST_LIBS)

check_PROGRAMS += tests/session/client_session_test
TESTS += tests/session/client_session_test
tests_session_client_session_test_SOURCES = \
	tests/session/ClientLoginTest.cxx \
	tests/session/ClientPeers.hxx \
	tests/session/ClientSessionLimitsTest.cxx \
	tests/session/ClientSessionTest.cxx \
	tests/session/TestMethods.hxx
tests_session_client_session_test_CXXFLAGS = $(test_cxxflags)
tests_session_client_session_test_LDADD = $(client_convenience_libs) $(LTDL_LIBS) $(GTEST_LIBS) $(PTHREAD_LIBS)

# both sides
check_PROGRAMS += tests/session/crypt_switch_test
TESTS += tests/session/crypt_switch_test
tests_session_crypt_switch_test_SOURCES = \
	plugins/crypt/tls/Openssl.hxx \
	tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/PlainTlsPeer.hxx tests/plugins/TlsBytes.hxx tests/plugins/TlsTest.hxx \
	tests/plugins/TlsCertificates.cxx tests/plugins/TlsCertificates.hxx \
	tests/session/ClientCryptTest.cxx \
	tests/session/CryptPair.hxx \
	tests/session/CryptSwitchTest.cxx \
	tests/session/CryptTlsSwitchTest.cxx \
	tests/session/FakeServerHost.hxx \
	tests/session/TestMethods.hxx
tests_session_crypt_switch_test_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags) -I$(top_srcdir)/tests/session
tests_session_crypt_switch_test_CXXFLAGS = $(test_cxxflags) $(OPENSSL_CFLAGS)
tests_session_crypt_switch_test_LDADD = src/session/libsession_server.la $(client_convenience_libs) $(LTDL_LIBS) \
	$(GTEST_LIBS) $(PTHREAD_LIBS) $(OPENSSL_LIBS)
EXTRA_tests_session_crypt_switch_test_DEPENDENCIES = crypt_tls.la tests/plugins/crypt_xor.la
endif
