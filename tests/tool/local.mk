# tests/tool
if HAVE_GTEST
check_PROGRAMS += tests/tool/tool_test
TESTS += tests/tool/tool_test
tests_tool_tool_test_SOURCES = \
	tests/tool/CheckReportTest.cxx \
	tests/tool/DeviceNodesTest.cxx \
	tests/tool/PasswordEditorTest.cxx \
	tests/tool/PasswordFileChoiceTest.cxx \
	tests/tool/PasswordReaderTest.cxx \
	tests/tool/PasswordSchemeTest.cxx \
	tests/tool/ProbeReportTest.cxx \
	tests/tool/SecretFileCrashTest.cxx \
	tests/tool/SecretFileTest.cxx \
	tests/tool/ServerCheckTest.cxx \
	tests/tool/StatusTextTest.cxx \
	tests/tool/TextTableTest.cxx \
	tests/tool/UserNameTest.cxx
tests_tool_tool_test_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags)
tests_tool_tool_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS) $(CRYPT_CFLAGS) $(JSON_CFLAGS)
tests_tool_tool_test_LDADD = $(tool_libs) $(GTEST_LIBS) $(tool_foreign_libs)
endif
