# plugins/crypt/tls
plugin_LTLIBRARIES += crypt_tls.la
crypt_tls_la_SOURCES = \
	plugins/crypt/tls/crypt_tls.cxx \
	plugins/crypt/tls/ByteQueue.cxx plugins/crypt/tls/ByteQueue.hxx \
	plugins/crypt/tls/HostSettings.cxx plugins/crypt/tls/HostSettings.hxx \
	plugins/crypt/tls/Openssl.hxx \
	plugins/crypt/tls/OwnCertificate.cxx plugins/crypt/tls/OwnCertificate.hxx \
	plugins/crypt/tls/PeerCertificate.cxx plugins/crypt/tls/PeerCertificate.hxx \
	plugins/crypt/tls/TlsContext.cxx plugins/crypt/tls/TlsContext.hxx \
	plugins/crypt/tls/TlsMethod.cxx plugins/crypt/tls/TlsMethod.hxx \
	plugins/crypt/tls/TlsStream.cxx plugins/crypt/tls/TlsStream.hxx \
	plugins/crypt/tls/Wire.cxx plugins/crypt/tls/Wire.hxx
crypt_tls_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENSSL_CFLAGS)
crypt_tls_la_LDFLAGS = $(AM_LDFLAGS) $(netsane_module_ldflags)
crypt_tls_la_LIBADD = $(OPENSSL_LIBS)
