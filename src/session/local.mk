noinst_LTLIBRARIES += src/session/libtransport.la src/session/libsession_server.la

src_session_libtransport_la_SOURCES = \
	src/session/CryptTranscript.cxx src/session/CryptTranscript.hxx \
	src/session/LinkSecurity.hxx \
	src/session/SessionTap.hxx \
	src/session/SessionTransport.cxx src/session/SessionTransport.hxx

src_session_libsession_server_la_SOURCES = \
	src/session/HandleTable.cxx src/session/HandleTable.hxx \
	src/session/RequestQueue.cxx src/session/RequestQueue.hxx \
	src/session/ScanTally.cxx src/session/ScanTally.hxx \
	src/session/ServerCrypt.cxx src/session/ServerCrypt.hxx \
	src/session/ServerLegality.cxx src/session/ServerLegality.hxx \
	src/session/ServerLogin.cxx src/session/ServerLogin.hxx \
	src/session/ServerRequests.cxx \
	src/session/ServerSession.cxx src/session/ServerSession.hxx \
	src/session/ServerTypes.hxx \
	src/session/StatusText.cxx src/session/StatusText.hxx

# src/session
noinst_LTLIBRARIES += src/session/libsession_client.la
src_session_libsession_client_la_SOURCES = \
	src/session/ClientCrypt.cxx src/session/ClientCrypt.hxx \
	src/session/ClientLogin.cxx src/session/ClientLogin.hxx \
	src/session/ClientPolicy.hxx \
	src/session/ClientSession.cxx src/session/ClientSession.hxx \
	src/session/ClientText.cxx src/session/ClientText.hxx \
	src/session/PeerIdentity.hxx
