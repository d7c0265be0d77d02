# tests/config
if HAVE_GTEST
check_PROGRAMS += tests/config/client_config_test
TESTS += tests/config/client_config_test
tests_config_client_config_test_SOURCES = tests/config/ClientConfigTest.cxx
tests_config_client_config_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_config_client_config_test_LDADD = src/config/libconfig_client.la src/os/libos.la $(GTEST_LIBS) $(PTHREAD_LIBS)
endif
