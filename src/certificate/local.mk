# src/certificate: the only part of src/ that is linked with OpenSSL, and only into netsaned-certificate and netsane
noinst_LTLIBRARIES += src/certificate/libcertificate.la
src_certificate_libcertificate_la_SOURCES = \
	src/certificate/Certificate.cxx src/certificate/Certificate.hxx \
	src/certificate/CertificateFolder.cxx src/certificate/CertificateFolder.hxx \
	src/certificate/HostNames.cxx src/certificate/HostNames.hxx \
	src/certificate/OpensslTypes.hxx \
	src/certificate/SelfSigned.cxx src/certificate/SelfSigned.hxx
src_certificate_libcertificate_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
certificate_libs = src/certificate/libcertificate.la
