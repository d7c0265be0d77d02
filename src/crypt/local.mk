# src/crypt
noinst_LTLIBRARIES += src/crypt/libcrypt_stream.la
src_crypt_libcrypt_stream_la_SOURCES = \
	src/crypt/ClearEngine.cxx \
	src/crypt/CryptEngine.hxx \
	src/crypt/CryptStream.cxx src/crypt/CryptStream.hxx \
	src/crypt/PluginEngine.cxx
