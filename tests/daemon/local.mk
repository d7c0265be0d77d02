# tests/daemon
if HAVE_GTEST
check_PROGRAMS += tests/daemon/supervisor_test tests/daemon/device_pool_test
TESTS += tests/daemon/supervisor_test tests/daemon/device_pool_test
tests_daemon_supervisor_test_SOURCES = \
	tests/daemon/AcceptorTest.cxx \
	tests/daemon/AuditLineTest.cxx \
	tests/daemon/ChildProcessTest.cxx \
	tests/daemon/ConnectionTableTest.cxx \
	tests/daemon/ControlRequestTest.cxx \
	tests/daemon/ControlSocketTest.cxx \
	tests/daemon/DeviceErrorsTest.cxx \
	tests/daemon/DeviceListerTest.cxx \
	tests/daemon/DeviceWatchTest.cxx \
	tests/daemon/HandedFilesTest.cxx \
	tests/daemon/HolderGraceTest.cxx \
	tests/daemon/IpcTrafficTest.cxx \
	tests/daemon/KickTargetTest.cxx \
	tests/daemon/LogSinksTest.cxx \
	tests/daemon/PenaltyTableTest.cxx \
	tests/daemon/RefusalLogTest.cxx \
	tests/daemon/RestartPauseTest.cxx \
	tests/daemon/FakeServiceManager.hxx tests/daemon/ServiceNotifierTest.cxx \
	tests/daemon/ServiceReportTest.cxx \
	tests/daemon/SettlingTest.cxx \
	tests/daemon/StatusReportTest.cxx \
	tests/daemon/WorkerProcessTest.cxx
tests_daemon_supervisor_test_CXXFLAGS = $(test_cxxflags)
tests_daemon_supervisor_test_LDADD = $(supervisor_libs) $(GTEST_LIBS)

tests_daemon_device_pool_test_SOURCES = tests/daemon/DevicePoolTest.cxx
tests_daemon_device_pool_test_CXXFLAGS = $(test_cxxflags)
tests_daemon_device_pool_test_LDADD = $(supervisor_libs) $(GTEST_LIBS)
endif
