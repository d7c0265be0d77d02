# tests/certificate
if HAVE_GTEST
check_PROGRAMS += tests/certificate/certificate_test
TESTS += tests/certificate/certificate_test
tests_certificate_certificate_test_SOURCES = tests/certificate/SelfSignedTest.cxx
tests_certificate_certificate_test_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_certificate_certificate_test_CXXFLAGS = $(test_cxxflags)
tests_certificate_certificate_test_LDADD = \
	$(certificate_libs) src/plugin/libtrusted_file.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS) $(CRYPTO_LIBS) \
	$(PTHREAD_LIBS)
endif
