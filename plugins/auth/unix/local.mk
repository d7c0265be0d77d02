# plugins/auth/unix
plugin_LTLIBRARIES += auth_unix.la
auth_unix_la_SOURCES = \
	plugins/auth/unix/auth_unix.cxx \
	plugins/auth/unix/PasswordCheck.cxx plugins/auth/unix/PasswordCheck.hxx \
	plugins/auth/unix/ShadowFile.cxx plugins/auth/unix/ShadowFile.hxx \
	plugins/auth/unix/ShadowUsers.cxx plugins/auth/unix/ShadowUsers.hxx \
	plugins/auth/unix/UnixClient.cxx plugins/auth/unix/UnixClient.hxx \
	plugins/auth/unix/UnixServer.cxx plugins/auth/unix/UnixServer.hxx
auth_unix_la_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags)
auth_unix_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
auth_unix_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
auth_unix_la_LIBADD = plugins/auth/common/libpassword_file.la $(CRYPT_LIBS)
