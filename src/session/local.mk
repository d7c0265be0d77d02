# src/session
noinst_LTLIBRARIES += src/session/libsession_client.la
src_session_libsession_client_la_SOURCES = \
	src/session/ClientLogin.cxx src/session/ClientLogin.hxx \
	src/session/ClientPolicy.hxx \
	src/session/ClientSession.cxx src/session/ClientSession.hxx \
	src/session/ClientText.cxx src/session/ClientText.hxx
