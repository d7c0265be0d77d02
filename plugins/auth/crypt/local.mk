# plugins/auth/crypt
plugin_LTLIBRARIES += auth_crypt.la
auth_crypt_la_SOURCES = \
	plugins/auth/crypt/auth_crypt.cxx \
	plugins/auth/crypt/CryptClient.cxx plugins/auth/crypt/CryptClient.hxx \
	plugins/auth/crypt/CryptServer.cxx plugins/auth/crypt/CryptServer.hxx \
	plugins/auth/crypt/SeedCrypt.cxx plugins/auth/crypt/SeedCrypt.hxx
auth_crypt_la_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags)
auth_crypt_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
auth_crypt_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
auth_crypt_la_LIBADD = plugins/auth/common/libpassword_file.la $(CRYPT_LIBS)
