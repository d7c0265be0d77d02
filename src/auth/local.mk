# src/auth
noinst_LTLIBRARIES += src/auth/libauth.la
src_auth_libauth_la_SOURCES = \
	src/auth/AuthExchange.cxx src/auth/AuthExchange.hxx \
	src/auth/AuthState.cxx src/auth/AuthState.hxx
