# src/backend
noinst_LTLIBRARIES += src/backend/libbackend.la
src_backend_libbackend_la_SOURCES = \
	src/backend/Backend.cxx src/backend/Backend.hxx \
	src/backend/CancelSwitch.cxx src/backend/CancelSwitch.hxx \
	src/backend/DeviceFrame.cxx src/backend/DeviceFrame.hxx \
	src/backend/DeviceHandle.cxx src/backend/DeviceHandle.hxx \
	src/backend/DeviceLink.cxx src/backend/DeviceLink.hxx \
	src/backend/DeviceList.cxx src/backend/DeviceList.hxx \
	src/backend/DeviceOpener.cxx src/backend/DeviceOpener.hxx \
	src/backend/DeviceOptions.cxx src/backend/DeviceOptions.hxx \
	src/backend/ImageBuffer.cxx src/backend/ImageBuffer.hxx \
	src/backend/KnownState.cxx src/backend/KnownState.hxx \
	src/backend/OptionTable.cxx src/backend/OptionTable.hxx \
	src/backend/ParameterCheck.cxx src/backend/ParameterCheck.hxx \
	src/backend/ReadWindow.cxx src/backend/ReadWindow.hxx \
	src/backend/ServerSurvey.cxx src/backend/ServerSurvey.hxx \
	src/backend/SoundOption.cxx src/backend/SoundOption.hxx
src_backend_libbackend_la_CPPFLAGS = $(AM_CPPFLAGS) $(SANE_CFLAGS)

sanebackend_LTLIBRARIES += libsane-netsane.la
libsane_netsane_la_SOURCES = src/backend/SaneEntry.cxx
libsane_netsane_la_CPPFLAGS = $(AM_CPPFLAGS) $(SANE_CFLAGS)
# A version script and not -export-symbols-regex: libtool's way leaves the weak symbols of C++ templates visible, and the
# unique ones among them keep dlclose from unloading.
libsane_netsane_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -no-undefined \
	-Wl,--version-script=$(srcdir)/src/backend/sane.map
libsane_netsane_la_DEPENDENCIES = src/backend/libbackend.la $(client_convenience_libs) src/backend/sane.map
EXTRA_DIST += src/backend/sane.map
libsane_netsane_la_LIBADD = src/backend/libbackend.la $(client_convenience_libs) $(LTDL_LIBS)

saneconf_DATA = packaging/sane.d/netsane.conf
sanedll_DATA = packaging/sane.d/dll.d/netsane
EXTRA_DIST += $(saneconf_DATA) $(sanedll_DATA)
