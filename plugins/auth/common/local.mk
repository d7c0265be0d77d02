# plugins/auth/common: what several auth methods are made of; part of each module, never shared at run time
noinst_LTLIBRARIES += plugins/auth/common/libpassword_file.la
plugins_auth_common_libpassword_file_la_SOURCES = \
	plugins/auth/common/Boundary.hxx \
	plugins/auth/common/CryptWork.cxx plugins/auth/common/CryptWork.hxx \
	plugins/auth/common/HostPasswordFile.cxx plugins/auth/common/HostPasswordFile.hxx \
	plugins/auth/common/HostResources.hxx \
	plugins/auth/common/PasswordFile.cxx plugins/auth/common/PasswordFile.hxx \
	plugins/auth/common/SipHash.cxx plugins/auth/common/SipHash.hxx \
	plugins/auth/common/UserTable.cxx plugins/auth/common/UserTable.hxx
plugins_auth_common_libpassword_file_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
plugins_auth_common_libpassword_file_la_LIBADD = $(CRYPT_LIBS)
