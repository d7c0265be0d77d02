# tests/auth
if HAVE_GTEST
check_PROGRAMS += tests/auth/test_auth
TESTS += tests/auth/test_auth
tests_auth_test_auth_SOURCES = tests/auth/AuthExchangeTest.cxx tests/auth/AuthFields.hxx
tests_auth_test_auth_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_auth_test_auth_CXXFLAGS = $(test_cxxflags)
tests_auth_test_auth_LDADD = src/auth/libauth.la src/plugin/libplugin.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
EXTRA_tests_auth_test_auth_DEPENDENCIES = $(test_modules)
endif
