# tests/crypt
if HAVE_GTEST
check_PROGRAMS += tests/crypt/test_crypt
TESTS += tests/crypt/test_crypt
tests_crypt_test_crypt_SOURCES = tests/crypt/CryptStreamTest.cxx
tests_crypt_test_crypt_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_crypt_test_crypt_CXXFLAGS = $(test_cxxflags)
tests_crypt_test_crypt_LDADD = src/crypt/libcrypt_stream.la src/plugin/libplugin.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
EXTRA_tests_crypt_test_crypt_DEPENDENCIES = $(test_modules)
endif
