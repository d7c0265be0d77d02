# tests/device
# The program with a libsane that hangs and lies.
check_PROGRAMS += tests/device/fake-device
tests_device_fake_device_SOURCES = src/daemon/device_main.cxx \
	tests/device/FakeFaults.cxx tests/device/FakeFaults.hxx \
	tests/device/FakeMoody.cxx tests/device/FakeMoody.hxx \
	tests/device/FakeSane.cxx
tests_device_fake_device_CXXFLAGS = $(AM_CXXFLAGS) $(CLI11_CFLAGS) $(SANE_CFLAGS)
tests_device_fake_device_LDADD = \
	src/device/libdevice.la src/protocol/libprotocol.la src/sandbox/libsandbox.la src/os/libos.la $(PTHREAD_LIBS)

# That libsane as a library of its own, for a frontend without a network.
check_LTLIBRARIES += tests/device/libfakesane.la
tests_device_libfakesane_la_SOURCES = \
	tests/device/FakeFaults.cxx tests/device/FakeFaults.hxx \
	tests/device/FakeMoody.cxx tests/device/FakeMoody.hxx \
	tests/device/FakeSane.cxx
tests_device_libfakesane_la_CXXFLAGS = $(plain_cxxflags) $(SANE_CFLAGS) -fvisibility=default
tests_device_libfakesane_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath $(abs_builddir)

if HAVE_GTEST
check_PROGRAMS += tests/device/device-test tests/device/device-process-test tests/device/throughput
TESTS += tests/device/device-test tests/device/device-process-test
tests_device_device_test_SOURCES = \
	tests/device/BlockQueueTest.cxx \
	tests/device/ChannelWriterTest.cxx \
	tests/device/DllConfigTest.cxx \
	tests/device/OptionTableTest.cxx \
	tests/device/SaneTestConfig.hxx
tests_device_device_test_CXXFLAGS = $(test_cxxflags) $(SANE_CFLAGS)
tests_device_device_test_LDADD = src/device/libdevice.la src/protocol/libprotocol.la src/os/libos.la $(GTEST_LIBS) $(SANE_LIBS)

netsane_device_client = \
	tests/device/DeviceClient.cxx tests/device/DeviceClient.hxx \
	tests/device/SaneTestConfig.hxx
netsane_device_client_flags = -I$(top_srcdir)/tests/device \
	-DNETSANE_DEVICE_PROGRAM='"$(abs_top_builddir)/netsaned-device"' \
	-DNETSANE_FAKE_DEVICE_PROGRAM='"$(abs_top_builddir)/tests/device/fake-device"'

# Its own program: it runs netsaned-device many times.
tests_device_device_process_test_SOURCES = $(netsane_device_client) \
	tests/device/AssignmentTest.cxx \
	tests/device/DeviceProcessTest.cxx \
	tests/device/DeviceScanTest.cxx \
	tests/device/FakeDeviceTest.cxx \
	tests/device/ScanRecord.cxx tests/device/ScanRecord.hxx \
	tests/device/ToldValuesTest.cxx
tests_device_device_process_test_CPPFLAGS = $(AM_CPPFLAGS) $(netsane_device_client_flags)
tests_device_device_process_test_CXXFLAGS = $(test_cxxflags) $(SANE_CFLAGS)
tests_device_device_process_test_LDADD = src/protocol/libprotocol.la src/os/libos.la $(GTEST_LIBS) $(SANE_LIBS)

tests_device_throughput_SOURCES = $(netsane_device_client) tests/device/throughput.cxx
tests_device_throughput_CPPFLAGS = $(AM_CPPFLAGS) $(netsane_device_client_flags)
tests_device_throughput_CXXFLAGS = $(test_cxxflags) $(SANE_CFLAGS)
tests_device_throughput_LDADD = src/protocol/libprotocol.la src/os/libos.la $(GTEST_LIBS) $(SANE_LIBS)
endif
