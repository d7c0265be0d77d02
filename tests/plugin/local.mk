# tests/plugin
if HAVE_GTEST
check_PROGRAMS += tests/plugin/test_plugin
TESTS += tests/plugin/test_plugin
tests_plugin_test_plugin_SOURCES = \
	tests/plugin/HostTableTest.cxx \
	tests/plugin/MethodDescriptionTest.cxx \
	tests/plugin/ModuleFolder.hxx \
	tests/plugin/PluginAbiTest.cxx \
	tests/plugin/PluginHostTest.cxx \
	tests/plugin/TestServices.hxx \
	tests/plugin/TrustedFileTest.cxx
tests_plugin_test_plugin_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags)
tests_plugin_test_plugin_CXXFLAGS = $(test_cxxflags)
tests_plugin_test_plugin_LDADD = src/plugin/libplugin.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
EXTRA_tests_plugin_test_plugin_DEPENDENCIES = $(test_modules)
endif
