# Convenience libraries don't contain each other, but for protocol, wire and util: a library twice in one link is an
# error where it is a shared one. So each program names all that it needs, users before used.
daemon_libs = \
	src/daemon/libdaemon.la src/event/libevent_loop.la src/protocol/libprotocol.la src/os/libos.la
server_session_libs = \
	src/session/libsession_server.la src/trace/libtrace.la src/session/libtransport.la src/crypt/libcrypt_stream.la \
	src/plugin/libplugin.la src/protocol/libprotocol.la

sbin_PROGRAMS += netsaned
program_PROGRAMS += netsaned-session netsaned-auth netsaned-certificate
noinst_LTLIBRARIES += src/daemon/libdaemon.la

# What the supervisor, the session process and the auth process share.
src_daemon_libdaemon_la_SOURCES = \
	src/daemon/ChildMain.cxx src/daemon/ChildMain.hxx \
	src/daemon/ChildProcess.cxx src/daemon/ChildProcess.hxx \
	src/daemon/ChildReaper.cxx src/daemon/ChildReaper.hxx \
	src/daemon/IpcMessages.cxx src/daemon/IpcMessages.hxx \
	src/daemon/IpcTraffic.cxx \
	src/daemon/Log.cxx src/daemon/Log.hxx \
	src/daemon/LogSinks.cxx src/daemon/LogSinks.hxx \
	src/daemon/PacketChannel.cxx src/daemon/PacketChannel.hxx \
	src/daemon/RefusalLog.cxx src/daemon/RefusalLog.hxx
src_daemon_libdaemon_la_CPPFLAGS = $(AM_CPPFLAGS) $(SPDLOG_CFLAGS) $(CLI11_CFLAGS)
src_daemon_libdaemon_la_LIBADD = $(SPDLOG_LIBS)

# The supervisor without its main, for netsaned and for the unit tests.
noinst_LTLIBRARIES += src/daemon/libsupervisor.la
src_daemon_libsupervisor_la_SOURCES = \
	src/daemon/AccessRulesLoader.cxx src/daemon/AccessRulesLoader.hxx \
	src/daemon/Acceptor.cxx src/daemon/Acceptor.hxx \
	src/daemon/AuditLine.cxx src/daemon/AuditLine.hxx \
	src/daemon/CertificateMaker.cxx src/daemon/CertificateMaker.hxx \
	src/daemon/ConnectionTable.cxx src/daemon/ConnectionTable.hxx \
	src/daemon/ControlCommands.cxx src/daemon/ControlCommands.hxx \
	src/daemon/ControlListener.cxx src/daemon/ControlListener.hxx \
	src/daemon/ControlRequest.cxx src/daemon/ControlRequest.hxx \
	src/daemon/ControlSocket.cxx src/daemon/ControlSocket.hxx \
	src/daemon/DeviceBroker.cxx src/daemon/DeviceBroker.hxx \
	src/daemon/DeviceBrokerStatus.cxx \
	src/daemon/DeviceErrors.cxx src/daemon/DeviceErrors.hxx \
	src/daemon/DeviceLister.cxx src/daemon/DeviceLister.hxx \
	src/daemon/DevicePool.cxx src/daemon/DevicePool.hxx \
	src/daemon/DeviceWatch.cxx src/daemon/DeviceWatch.hxx \
	src/daemon/DiscoveryProcess.cxx src/daemon/DiscoveryProcess.hxx \
	src/daemon/HolderGrace.hxx \
	src/daemon/KickTarget.cxx src/daemon/KickTarget.hxx \
	src/daemon/HandedFiles.cxx src/daemon/HandedFiles.hxx \
	src/daemon/HotplugSource.hxx \
	src/daemon/Peer.cxx src/daemon/Peer.hxx \
	src/daemon/PenaltyTable.cxx src/daemon/PenaltyTable.hxx \
	src/daemon/ProgramPaths.cxx src/daemon/ProgramPaths.hxx \
	src/daemon/RestartPause.hxx \
	src/daemon/SandboxReport.cxx src/daemon/SandboxReport.hxx \
	src/daemon/ServiceNotifier.cxx src/daemon/ServiceNotifier.hxx \
	src/daemon/ServiceReport.cxx src/daemon/ServiceReport.hxx \
	src/daemon/ServiceSockets.cxx src/daemon/ServiceSockets.hxx \
	src/daemon/Settling.cxx src/daemon/Settling.hxx \
	src/daemon/StatusReport.cxx src/daemon/StatusReport.hxx \
	src/daemon/Supervisor.cxx src/daemon/Supervisor.hxx \
	src/daemon/SupervisorControl.cxx \
	src/daemon/TraceFolder.cxx src/daemon/TraceFolder.hxx \
	src/daemon/SupervisorReload.cxx src/daemon/SupervisorStart.cxx \
	src/daemon/WorkerProcess.cxx src/daemon/WorkerProcess.hxx \
	src/daemon/WorkerSetups.cxx src/daemon/WorkerSetups.hxx \
	src/session/StatusText.cxx src/session/StatusText.hxx
if HAVE_UDEV
src_daemon_libsupervisor_la_SOURCES += src/daemon/HotplugUdev.cxx
src_daemon_libsupervisor_la_CXXFLAGS = $(AM_CXXFLAGS) $(UDEV_CFLAGS)
src_daemon_libsupervisor_la_LIBADD = $(UDEV_LIBS)
else
src_daemon_libsupervisor_la_SOURCES += src/daemon/HotplugNone.cxx
endif
EXTRA_DIST += src/daemon/HotplugUdev.cxx src/daemon/HotplugNone.cxx
supervisor_libs = \
	src/daemon/libsupervisor.la src/discovery/libdiscovery.la src/trace/libtrace.la src/config/libconfig_server.la \
	src/plugin/libtrusted_file.la $(daemon_libs)

netsaned_SOURCES = src/daemon/supervisor_main.cxx
netsaned_CPPFLAGS = $(AM_CPPFLAGS) $(CLI11_CFLAGS)
netsaned_LDADD = $(supervisor_libs)

netsaned_session_SOURCES = \
	src/daemon/ClientConnection.cxx src/daemon/ClientConnection.hxx \
	src/daemon/CryptMethods.cxx src/daemon/CryptMethods.hxx \
	src/daemon/DaemonPluginServices.cxx src/daemon/DaemonPluginServices.hxx \
	src/daemon/DeviceStream.cxx src/daemon/DeviceStream.hxx \
	src/daemon/RefusedCall.cxx src/daemon/RefusedCall.hxx \
	src/daemon/SessionProcess.cxx src/daemon/SessionProcess.hxx \
	src/daemon/session_main.cxx
netsaned_session_LDADD = $(server_session_libs) $(sandbox_libs) $(daemon_libs) $(LTDL_LIBS)

netsaned_auth_SOURCES = \
	src/daemon/AuthProcess.cxx src/daemon/AuthProcess.hxx \
	src/daemon/LoginExchange.cxx src/daemon/LoginExchange.hxx \
	src/daemon/ProcessExchange.cxx src/daemon/ProcessExchange.hxx \
	src/daemon/BorrowedIdentity.cxx src/daemon/BorrowedIdentity.hxx \
	src/daemon/DaemonPluginServices.cxx src/daemon/DaemonPluginServices.hxx \
	src/daemon/auth_main.cxx
netsaned_auth_LDADD = src/auth/libauth.la src/plugin/libplugin.la $(sandbox_libs) $(daemon_libs) $(LTDL_LIBS)

if HAVE_AVAHI
program_PROGRAMS += netsaned-discovery
netsaned_discovery_SOURCES = src/daemon/discovery_main.cxx
netsaned_discovery_CPPFLAGS = $(AM_CPPFLAGS) $(AVAHI_CFLAGS)
netsaned_discovery_LDADD = \
	src/discovery/libavahi_publisher.la src/discovery/libdiscovery.la $(sandbox_libs) $(daemon_libs) $(AVAHI_LIBS)
endif
EXTRA_DIST += src/daemon/discovery_main.cxx

netsaned_certificate_SOURCES = src/daemon/certificate_main.cxx
netsaned_certificate_LDADD = \
	$(certificate_libs) src/daemon/libdaemon.la src/plugin/libtrusted_file.la src/protocol/libprotocol.la src/os/libos.la \
	$(CRYPTO_LIBS) $(PTHREAD_LIBS)
