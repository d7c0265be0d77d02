# tests/config
if HAVE_GTEST
check_PROGRAMS += tests/config/server_config_test
TESTS += tests/config/server_config_test
tests_config_server_config_test_SOURCES = \
	tests/config/AccessRulesTest.cxx \
	tests/config/CertificateFilesTest.cxx \
	tests/config/CidrPrefixTest.cxx \
	tests/config/ConfigReloadTest.cxx \
	tests/config/ControlSocketPathTest.cxx \
	tests/config/GroupFileTest.cxx \
	tests/config/ServerConfigTest.cxx
tests_config_server_config_test_CPPFLAGS = $(AM_CPPFLAGS) \
	-DNETSANE_SHIPPED_CONFIG='"$(abs_top_builddir)/packaging/netsaned.conf"'
tests_config_server_config_test_CXXFLAGS = $(test_cxxflags)
tests_config_server_config_test_LDADD = src/config/libconfig_server.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
EXTRA_tests_config_server_config_test_DEPENDENCIES = packaging/netsaned.conf

check_PROGRAMS += tests/config/client_config_test
TESTS += tests/config/client_config_test
tests_config_client_config_test_SOURCES = \
	tests/config/ClientConfigTest.cxx \
	tests/config/ClientLoginsTest.cxx \
	tests/config/KnownServersTest.cxx
tests_config_client_config_test_CXXFLAGS = $(test_cxxflags)
tests_config_client_config_test_LDADD = src/config/libconfig_client.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS) $(PTHREAD_LIBS)
endif
