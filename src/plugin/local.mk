# src/plugin
noinst_LTLIBRARIES += src/plugin/libplugin.la
src_plugin_libplugin_la_SOURCES = \
	src/plugin/ExchangeHost.hxx \
	src/plugin/HostTable.cxx src/plugin/HostTable.hxx \
	src/plugin/Method.cxx src/plugin/Method.hxx \
	src/plugin/MethodDescription.cxx src/plugin/MethodDescription.hxx \
	src/plugin/Module.cxx src/plugin/Module.hxx \
	src/plugin/PluginHost.cxx src/plugin/PluginHost.hxx \
	src/plugin/PluginServices.cxx src/plugin/PluginServices.hxx
src_plugin_libplugin_la_LIBADD = src/plugin/libtrusted_file.la $(LTDL_LIBS)

# for programs that load no plugin
noinst_LTLIBRARIES += src/plugin/libtrusted_file.la
src_plugin_libtrusted_file_la_SOURCES = \
	src/plugin/PluginError.hxx \
	src/plugin/TrustedFile.cxx src/plugin/TrustedFile.hxx

netsaneinclude_HEADERS += include/netsane/plugin.h
