# tests/tool
if HAVE_GTEST
check_PROGRAMS += tests/tool/tool_test
TESTS += tests/tool/tool_test
tests_tool_tool_test_SOURCES = \
	tests/tool/CheckReportTest.cxx \
	tests/tool/CompletionTest.cxx \
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
tests_tool_tool_test_CXXFLAGS = $(test_cxxflags) $(CRYPT_CFLAGS) $(JSON_CFLAGS)
tests_tool_tool_test_LDADD = $(tool_libs) $(GTEST_LIBS) $(tool_foreign_libs)

# Scanning into files. What it reads back needs the libraries of all formats.
if HAVE_PNG
if HAVE_TIFF
if HAVE_JPEG
if HAVE_PDF
check_PROGRAMS += tests/tool/scan_test
TESTS += tests/tool/scan_test
check_LTLIBRARIES += tests/tool/libpdf_reader.la
endif
endif
endif
endif
tests_tool_libpdf_reader_la_SOURCES = tests/tool/image/PdfReader.cxx tests/tool/image/PdfReader.hxx
tests_tool_libpdf_reader_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(QPDF_CFLAGS)
tests_tool_libpdf_reader_la_CXXFLAGS = $(plain_cxxflags) -std=c++17
tests_tool_scan_test_SOURCES = \
	tests/tool/image/ImageReader.cxx tests/tool/image/ImageReader.hxx \
	tests/tool/image/TargetFileTest.cxx \
	tests/tool/image/WritersTest.cxx \
	tests/tool/info/OptionReportTest.cxx \
	tests/tool/list/ServerReportTest.cxx \
	tests/tool/scan/OutputNamesTest.cxx \
	tests/tool/scan/PageScanTest.cxx \
	tests/tool/BytesTextTest.cxx \
	tests/tool/scan/ScanProgressTest.cxx \
	tests/tool/scanner/FakeScanner.hxx \
	tests/tool/scanner/LoginPromptTest.cxx \
	tests/tool/scanner/OptionArgumentsTest.cxx \
	tests/tool/scanner/OptionParserTest.cxx
tests_tool_scan_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(SANE_CFLAGS) $(PNG_CFLAGS) $(TIFF_CFLAGS) $(JPEG_CFLAGS)
tests_tool_scan_test_CXXFLAGS = $(test_cxxflags)
tests_tool_scan_test_LDADD = tests/tool/libpdf_reader.la $(tool_libs) $(GTEST_LIBS) $(tool_foreign_libs)
endif
