# src/client
# What libnetsane and the backend share, linked into both.
noinst_LTLIBRARIES += src/client/libclient.la
src_client_libclient_la_SOURCES = \
	src/client/ClientConnection.cxx src/client/ClientConnection.hxx \
	src/client/ClientMethods.cxx src/client/ClientMethods.hxx \
	src/client/Connector.cxx src/client/Connector.hxx \
	src/client/DebugLog.cxx src/client/DebugLog.hxx \
	src/client/DiscoveredServers.cxx src/client/DiscoveredServers.hxx \
	src/client/KnownServersFile.cxx src/client/KnownServersFile.hxx \
	src/client/LoginFiles.cxx src/client/LoginFiles.hxx \
	src/client/MessageChannel.cxx src/client/MessageChannel.hxx \
	src/client/MessageFormat.cxx src/client/MessageFormat.hxx \
	src/client/ReplyTimer.hxx \
	src/client/ServerBrowser.cxx src/client/ServerBrowser.hxx \
	src/client/ServerTrust.cxx src/client/ServerTrust.hxx \
	src/client/TraceStart.cxx src/client/TraceStart.hxx \
	src/client/UserFolders.cxx src/client/UserFolders.hxx \
	src/client/WakeFd.cxx src/client/WakeFd.hxx
src_client_libclient_la_CPPFLAGS = $(AM_CPPFLAGS) -DNETSANE_SANEDIR='"$(sanebackenddir)"' -DNETSANE_LIBDIR='"$(libdir)"' \
	-DNETSANE_BINDIR='"$(bindir)"'
# All of the project that stands behind src/client; each once, as no convenience library here contains another.
client_convenience_libs = \
	src/client/libclient.la \
	src/discovery/libdiscovery.la \
	src/session/libsession_client.la \
	src/trace/libtrace.la \
	src/session/libtransport.la \
	src/auth/libauth.la \
	src/crypt/libcrypt_stream.la \
	src/config/libconfig_client.la \
	src/plugin/libplugin.la \
	src/protocol/libprotocol.la \
	src/os/libos.la

lib_LTLIBRARIES += libnetsane.la
libnetsane_la_SOURCES = src/client/NetsaneInterface.cxx
libnetsane_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -no-undefined \
	-Wl,--version-script=$(srcdir)/src/client/netsane.map
libnetsane_la_LIBADD = $(client_convenience_libs) $(LTDL_LIBS)
libnetsane_la_DEPENDENCIES = $(client_convenience_libs) src/client/netsane.map
EXTRA_DIST += src/client/netsane.map

netsaneinclude_HEADERS += include/netsane/client.h
pkgconfig_DATA = packaging/netsane.pc
