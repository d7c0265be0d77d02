# tests/client
if HAVE_GTEST
check_PROGRAMS += tests/client/netsane_interface_test
TESTS += tests/client/netsane_interface_test
tests_client_netsane_interface_test_SOURCES = \
	tests/client/CClient.c \
	tests/client/FakeServer.cxx tests/client/FakeServer.hxx \
	tests/client/LoginTest.cxx \
	tests/client/NetsaneInterfaceTest.cxx
tests_client_netsane_interface_test_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
EXTRA_tests_client_netsane_interface_test_DEPENDENCIES = tests/plugins/auth_asking.la
tests_client_netsane_interface_test_CFLAGS = $(AM_CFLAGS) -std=c99 -Wpedantic
tests_client_netsane_interface_test_CXXFLAGS = $(test_cxxflags)
tests_client_netsane_interface_test_LDADD = libnetsane.la src/protocol/libprotocol.la src/os/libos.la $(GTEST_LIBS) \
	$(PTHREAD_LIBS)

check_PROGRAMS += tests/client/connector_test
TESTS += tests/client/connector_test
tests_client_connector_test_SOURCES = tests/client/ConnectorTest.cxx
tests_client_connector_test_CXXFLAGS = $(test_cxxflags)
tests_client_connector_test_LDADD = $(client_convenience_libs) $(LTDL_LIBS) $(GTEST_LIBS) $(PTHREAD_LIBS)

check_PROGRAMS += tests/client/client_test
TESTS += tests/client/client_test
tests_client_client_test_SOURCES = \
	tests/client/ClientMethodsTest.cxx \
	tests/client/DiscoveredServersTest.cxx \
	tests/client/KnownServersFileTest.cxx \
	tests/client/LoginFilesTest.cxx \
	tests/client/ReplyTimerTest.cxx \
	tests/client/ServerTrustTest.cxx
tests_client_client_test_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_client_client_test_CXXFLAGS = $(test_cxxflags)
tests_client_client_test_LDADD = $(client_convenience_libs) $(LTDL_LIBS) $(GTEST_LIBS) $(PTHREAD_LIBS)
EXTRA_tests_client_client_test_DEPENDENCIES = $(test_modules) crypt_tls.la
endif

# With sanitizers the objects export the instrumentation's symbols too.
if !SANITIZERS
TESTS += tests/client/ExportsTest.sh
endif
EXTRA_DIST += tests/client/ExportsTest.sh
