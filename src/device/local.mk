noinst_LTLIBRARIES += src/device/libdevice.la
src_device_libdevice_la_SOURCES = \
	src/device/BlockQueue.cxx src/device/BlockQueue.hxx \
	src/device/CancelSignal.cxx src/device/CancelSignal.hxx \
	src/device/ChannelWriter.cxx src/device/ChannelWriter.hxx \
	src/device/DeviceChannel.cxx src/device/DeviceChannel.hxx \
	src/device/DeviceLink.cxx src/device/DeviceLink.hxx \
	src/device/DeviceProcess.cxx src/device/DeviceProcess.hxx \
	src/device/DeviceRequest.cxx src/device/DeviceRequest.hxx \
	src/device/DeviceWorker.cxx src/device/DeviceWorker.hxx \
	src/device/DeviceTimeouts.hxx \
	src/device/DllConfig.cxx src/device/DllConfig.hxx \
	src/device/OptionControl.cxx src/device/OptionControl.hxx \
	src/device/OptionTable.cxx src/device/OptionTable.hxx \
	src/device/SaneEnvironment.cxx src/device/SaneEnvironment.hxx \
	src/device/SaneHandle.cxx src/device/SaneHandle.hxx \
	src/device/SaneLibrary.cxx src/device/SaneLibrary.hxx \
	src/device/SaneSetup.cxx src/device/SaneSetup.hxx \
	src/device/ToldValues.cxx src/device/ToldValues.hxx
src_device_libdevice_la_CXXFLAGS = $(AM_CXXFLAGS) $(SANE_CFLAGS)

# The only program that links libsane.
program_PROGRAMS += netsaned-device
netsaned_device_SOURCES = src/daemon/device_main.cxx src/device/BackendThreads.cxx
netsaned_device_LDFLAGS = $(AM_LDFLAGS) -Wl,--export-dynamic-symbol=pthread_setcanceltype \
	-Wl,--export-dynamic-symbol=dlclose
netsaned_device_CXXFLAGS = $(AM_CXXFLAGS) $(CLI11_CFLAGS)
netsaned_device_LDADD = \
	src/device/libdevice.la src/protocol/libprotocol.la src/sandbox/libsandbox.la src/os/libos.la $(SANE_LIBS) \
	$(PTHREAD_LIBS)
