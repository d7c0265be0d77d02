# plugins/crypt/none
plugin_LTLIBRARIES += crypt_none.la
crypt_none_la_SOURCES = \
	plugins/crypt/none/crypt_none.cxx \
	plugins/crypt/none/NoneStream.cxx plugins/crypt/none/NoneStream.hxx
crypt_none_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
