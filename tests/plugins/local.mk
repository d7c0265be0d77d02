# tests/plugins: modules for tests, most of them deliberately bad, and the tests of the methods in plugins/
test_module_ldflags = -module -avoid-version -shared -rpath /nowhere -Wl,--version-script=$(srcdir)/plugins/plugin.map

# what tests of other folders depend on: EXTRA_..._DEPENDENCIES = $(test_modules), found in $(test_module_dirs)
test_modules = auth_crypt.la auth_unix.la crypt_none.la $(pam_test_modules) $(check_LTLIBRARIES)
test_module_cppflags = -I$(top_srcdir) \
	-DMETHOD_MODULE_DIR='"$(abs_top_builddir)/.libs"' \
	-DTEST_MODULE_DIR='"$(abs_top_builddir)/tests/plugins/.libs"'

check_LTLIBRARIES += tests/plugins/auth_asking.la
tests_plugins_auth_asking_la_SOURCES = tests/plugins/auth_asking.cxx
tests_plugins_auth_asking_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_noentry.la
tests_plugins_auth_noentry_la_SOURCES = tests/plugins/auth_noentry.cxx
tests_plugins_auth_noentry_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_wrongversion.la
tests_plugins_auth_wrongversion_la_SOURCES = tests/plugins/auth_wrongversion.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_wrongversion_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_newer.la
tests_plugins_auth_newer_la_SOURCES = tests/plugins/auth_newer.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_newer_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_entrythrows.la
tests_plugins_auth_entrythrows_la_SOURCES = tests/plugins/auth_entrythrows.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_entrythrows_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_undefined.la
tests_plugins_auth_undefined_la_SOURCES = tests/plugins/auth_undefined.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_undefined_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_small.la
tests_plugins_auth_small_la_SOURCES = tests/plugins/auth_small.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_small_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_duplicate.la
tests_plugins_auth_duplicate_la_SOURCES = tests/plugins/auth_duplicate.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_duplicate_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_initfails.la
tests_plugins_auth_initfails_la_SOURCES = tests/plugins/auth_initfails.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_initfails_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_needsroot.la
tests_plugins_auth_needsroot_la_SOURCES = tests/plugins/auth_needsroot.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_needsroot_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_initthrows.la
tests_plugins_auth_initthrows_la_SOURCES = tests/plugins/auth_initthrows.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_initthrows_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_stepthrows.la
tests_plugins_auth_stepthrows_la_SOURCES = tests/plugins/auth_stepthrows.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_stepthrows_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_neveranswers.la
tests_plugins_auth_neveranswers_la_SOURCES = tests/plugins/auth_neveranswers.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_neveranswers_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_aftercancel.la
tests_plugins_auth_aftercancel_la_SOURCES = tests/plugins/auth_aftercancel.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_aftercancel_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_lateok.la
tests_plugins_auth_lateok_la_SOURCES = tests/plugins/auth_lateok.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_lateok_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_oddverdict.la
tests_plugins_auth_oddverdict_la_SOURCES = tests/plugins/auth_oddverdict.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_oddverdict_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_oddfields.la
tests_plugins_auth_oddfields_la_SOURCES = tests/plugins/auth_oddfields.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_oddfields_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_okwithfields.la
tests_plugins_auth_okwithfields_la_SOURCES = tests/plugins/auth_okwithfields.cxx tests/plugins/FaultyAuth.hxx
tests_plugins_auth_okwithfields_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_fixed.la
tests_plugins_auth_fixed_la_SOURCES = tests/plugins/auth_fixed.cxx
tests_plugins_auth_fixed_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_moody.la
tests_plugins_auth_moody_la_SOURCES = tests/plugins/auth_moody.cxx tests/plugins/Moody.hxx
tests_plugins_auth_moody_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_moodyinline.la
tests_plugins_auth_moodyinline_la_SOURCES = tests/plugins/auth_moodyinline.cxx tests/plugins/Moody.hxx
tests_plugins_auth_moodyinline_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/crypt_faulty.la
tests_plugins_crypt_faulty_la_SOURCES = tests/plugins/crypt_faulty.cxx tests/plugins/CryptBoundary.hxx
tests_plugins_crypt_faulty_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)
check_LTLIBRARIES += tests/plugins/crypt_escape.la
tests_plugins_crypt_escape_la_SOURCES = tests/plugins/crypt_escape.cxx tests/plugins/CryptBoundary.hxx
tests_plugins_crypt_escape_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/auth_seen.la
tests_plugins_auth_seen_la_SOURCES = tests/plugins/auth_seen.cxx
tests_plugins_auth_seen_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

check_LTLIBRARIES += tests/plugins/crypt_xor.la
tests_plugins_crypt_xor_la_SOURCES = \
	tests/plugins/crypt_xor.cxx tests/plugins/CryptBoundary.hxx \
	tests/plugins/XorStream.cxx tests/plugins/XorStream.hxx
tests_plugins_crypt_xor_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

# built with the kept copy of the header
check_LTLIBRARIES += tests/plugins/auth_frozen.la
tests_plugins_auth_frozen_la_SOURCES = tests/plugins/auth_frozen.c tests/plugins/frozen/netsane/plugin.h
tests_plugins_auth_frozen_la_CPPFLAGS = -I$(top_srcdir)/tests/plugins/frozen $(NETSANE_CPPFLAGS)
tests_plugins_auth_frozen_la_LDFLAGS = $(AM_LDFLAGS) $(test_module_ldflags)

if HAVE_PAM
pam_test_modules = auth_pam.la

# a module of PAM, not of ours
check_LTLIBRARIES += tests/plugins/pam_scripted.la
tests_plugins_pam_scripted_la_SOURCES = tests/plugins/pam_scripted.cxx
tests_plugins_pam_scripted_la_CXXFLAGS = $(AM_CXXFLAGS) $(PAM_CFLAGS)
tests_plugins_pam_scripted_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_plugins_pam_scripted_la_LIBADD = $(PAM_LIBS)

if HAVE_GTEST
check_PROGRAMS += tests/plugins/test_pam
TESTS += tests/plugins/test_pam
tests_plugins_test_pam_SOURCES = \
	tests/auth/AuthFields.hxx tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/PamLogin.hxx \
	tests/plugins/AuthPamClientTest.cxx \
	tests/plugins/AuthPamConfigTest.cxx \
	tests/plugins/AuthPamConversationTest.cxx \
	tests/plugins/AuthPamResultTest.cxx
tests_plugins_test_pam_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags) \
	-DPAM_TEST_MODULES='"$(PAM_TEST_MODULES)"'
tests_plugins_test_pam_CXXFLAGS = $(test_cxxflags)
tests_plugins_test_pam_LDADD = src/auth/libauth.la src/plugin/libplugin.la src/os/libos.la src/util/libutil.la \
	$(GTEST_LIBS)
EXTRA_tests_plugins_test_pam_DEPENDENCIES = $(test_modules)
endif
endif

if HAVE_GTEST
check_PROGRAMS += tests/plugins/test_plugins
TESTS += tests/plugins/test_plugins
tests_plugins_test_plugins_SOURCES = \
	tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/AuthCryptTest.cxx \
	tests/plugins/AuthShadowTest.cxx \
	tests/plugins/AuthUnixTest.cxx \
	tests/plugins/CryptNoneTest.cxx \
	tests/plugins/PasswordFileTest.cxx \
	tests/plugins/SipHashTest.cxx \
	tests/plugins/StoredForms.hxx \
	tests/plugins/UserTableTest.cxx
tests_plugins_test_plugins_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_plugins_test_plugins_CXXFLAGS = $(test_cxxflags) $(CRYPT_CFLAGS)
tests_plugins_test_plugins_LDADD = plugins/auth/common/libpassword_file.la src/auth/libauth.la \
	src/crypt/libcrypt_stream.la src/plugin/libplugin.la src/os/libos.la src/util/libutil.la \
	$(GTEST_LIBS) $(CRYPT_LIBS)
EXTRA_tests_plugins_test_plugins_DEPENDENCIES = $(test_modules)
endif

check_PROGRAMS += tests/plugins/tls_at_exit
TESTS += tests/plugins/tls_at_exit
tests_plugins_tls_at_exit_SOURCES = \
	tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx tests/plugins/tls_at_exit.cxx
tests_plugins_tls_at_exit_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_plugins_tls_at_exit_LDADD = src/crypt/libcrypt_stream.la src/plugin/libplugin.la src/os/libos.la \
	src/util/libutil.la
EXTRA_tests_plugins_tls_at_exit_DEPENDENCIES = crypt_tls.la

if HAVE_GTEST
check_PROGRAMS += tests/plugins/tls_test
TESTS += tests/plugins/tls_test
tests_plugins_tls_test_SOURCES = \
	plugins/crypt/tls/Openssl.hxx \
	tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/CryptTlsConfigTest.cxx \
	tests/plugins/CryptTlsDataTest.cxx \
	tests/plugins/CryptTlsForgedTest.cxx \
	tests/plugins/CryptTlsHandshakeTest.cxx \
	tests/plugins/CryptTlsPeerTest.cxx \
	tests/plugins/CryptTlsTracesTest.cxx \
	tests/plugins/CryptTlsVerifyTest.cxx \
	tests/plugins/PlainTlsPeer.hxx \
	tests/plugins/RecordForger.cxx tests/plugins/RecordForger.hxx \
	tests/plugins/TlsBytes.hxx tests/plugins/TlsCertificates.cxx tests/plugins/TlsCertificates.hxx \
	tests/plugins/TlsTest.hxx
tests_plugins_tls_test_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_plugins_tls_test_CXXFLAGS = $(test_cxxflags) $(OPENSSL_CFLAGS)
tests_plugins_tls_test_LDADD = src/crypt/libcrypt_stream.la src/plugin/libplugin.la src/os/libos.la src/util/libutil.la \
	$(GTEST_LIBS) $(OPENSSL_LIBS)
EXTRA_tests_plugins_tls_test_DEPENDENCIES = crypt_tls.la

check_PROGRAMS += tests/plugins/tls_figures
tests_plugins_tls_figures_SOURCES = \
	plugins/crypt/tls/Openssl.hxx \
	tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/TlsBytes.hxx tests/plugins/TlsCertificates.cxx tests/plugins/TlsCertificates.hxx \
	tests/plugins/TlsFigures.cxx \
	tests/plugins/TlsTest.hxx
tests_plugins_tls_figures_CPPFLAGS = $(tests_plugins_tls_test_CPPFLAGS)
tests_plugins_tls_figures_CXXFLAGS = $(tests_plugins_tls_test_CXXFLAGS)
tests_plugins_tls_figures_LDADD = $(tests_plugins_tls_test_LDADD)
EXTRA_tests_plugins_tls_figures_DEPENDENCIES = crypt_tls.la
endif
