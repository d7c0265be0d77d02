noinst_LTLIBRARIES += src/os/libos.la
src_os_libos_la_SOURCES = \
	src/os/Capabilities.cxx src/os/Capabilities.hxx \
	src/os/Error.cxx src/os/Error.hxx \
	src/os/LoaderEnvironment.cxx src/os/LoaderEnvironment.hxx \
	src/os/ListenAddress.cxx src/os/ListenAddress.hxx \
	src/os/PeerHealth.cxx src/os/PeerHealth.hxx \
	src/os/Process.cxx src/os/Process.hxx \
	src/os/ProcessIdentity.cxx src/os/ProcessIdentity.hxx \
	src/os/Secret.cxx src/os/Secret.hxx \
	src/os/SecureMemory.cxx src/os/SecureMemory.hxx \
	src/os/Socket.cxx src/os/Socket.hxx \
	src/os/SocketAddress.cxx src/os/SocketAddress.hxx \
	src/os/UniqueFd.cxx src/os/UniqueFd.hxx \
	src/os/UnixListener.cxx src/os/UnixListener.hxx
