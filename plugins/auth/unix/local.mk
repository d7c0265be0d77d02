# plugins/auth/unix
noinst_LTLIBRARIES += plugins/auth/unix/libpassword_file.la
plugins_auth_unix_libpassword_file_la_SOURCES = \
	plugins/auth/unix/PasswordFile.cxx plugins/auth/unix/PasswordFile.hxx
plugins_auth_unix_libpassword_file_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
plugins_auth_unix_libpassword_file_la_LIBADD = $(CRYPT_LIBS)

plugin_LTLIBRARIES += auth_unix.la
auth_unix_la_SOURCES = \
	plugins/auth/unix/auth_unix.cxx \
	plugins/auth/unix/Boundary.hxx \
	plugins/auth/unix/HostResources.hxx \
	plugins/auth/unix/PasswordCheck.cxx plugins/auth/unix/PasswordCheck.hxx \
	plugins/auth/unix/UnixClient.cxx plugins/auth/unix/UnixClient.hxx \
	plugins/auth/unix/UnixServer.cxx plugins/auth/unix/UnixServer.hxx
auth_unix_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
auth_unix_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
auth_unix_la_LIBADD = plugins/auth/unix/libpassword_file.la $(CRYPT_LIBS)
