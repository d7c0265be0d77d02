# src/tool: the command for people; a folder for each command that is more than one class
bin_PROGRAMS += netsane
noinst_LTLIBRARIES += src/tool/libtool_commands.la

# All but main, for the unit tests too.
src_tool_libtool_commands_la_SOURCES = \
	src/tool/ToolCommand.cxx src/tool/ToolCommand.hxx \
	src/tool/BytesText.cxx src/tool/BytesText.hxx \
	src/tool/CommandTable.cxx src/tool/CommandTable.hxx \
	src/tool/Completion.cxx src/tool/Completion.hxx \
	src/tool/InstalledFolders.cxx src/tool/InstalledFolders.hxx \
	src/tool/StandardOutput.cxx src/tool/StandardOutput.hxx \
	src/tool/TerminalStyle.cxx src/tool/TerminalStyle.hxx \
	src/tool/ToolError.hxx \
	src/tool/check/CheckCommand.cxx src/tool/check/CheckCommand.hxx \
	src/tool/check/CheckReport.cxx src/tool/check/CheckReport.hxx \
	src/tool/check/CheckedProcess.cxx src/tool/check/CheckedProcess.hxx \
	src/tool/check/DeviceChecks.cxx src/tool/check/DeviceChecks.hxx \
	src/tool/check/DeviceNodes.cxx src/tool/check/DeviceNodes.hxx \
	src/tool/check/FileChecks.cxx src/tool/check/FileChecks.hxx \
	src/tool/check/ServerCheck.cxx src/tool/check/ServerCheck.hxx \
	src/tool/control/ControlClient.cxx src/tool/control/ControlClient.hxx \
	src/tool/control/KickCommand.cxx src/tool/control/KickCommand.hxx \
	src/tool/control/ReloadCommand.cxx src/tool/control/ReloadCommand.hxx \
	src/tool/control/Screen.cxx src/tool/control/Screen.hxx \
	src/tool/control/StatusCommand.cxx src/tool/control/StatusCommand.hxx \
	src/tool/control/StatusText.cxx src/tool/control/StatusText.hxx \
	src/tool/control/TextTable.cxx src/tool/control/TextTable.hxx \
	src/tool/fingerprint/FingerprintCommand.cxx src/tool/fingerprint/FingerprintCommand.hxx \
	src/tool/image/EightBits.cxx src/tool/image/EightBits.hxx \
	src/tool/image/ImageFormat.cxx src/tool/image/ImageFormat.hxx \
	src/tool/image/LibraryJump.hxx \
	src/tool/image/PageLayout.hxx \
	src/tool/image/PageWriter.hxx \
	src/tool/image/SpoolFile.cxx src/tool/image/SpoolFile.hxx \
	src/tool/image/TargetFile.cxx src/tool/image/TargetFile.hxx \
	src/tool/image/Writers.hxx \
	src/tool/info/InfoCommand.cxx src/tool/info/InfoCommand.hxx \
	src/tool/info/OptionJson.cxx \
	src/tool/info/OptionReport.cxx src/tool/info/OptionReport.hxx \
	src/tool/info/OptionTable.cxx \
	src/tool/list/ListCommand.cxx src/tool/list/ListCommand.hxx \
	src/tool/list/ServerReport.cxx src/tool/list/ServerReport.hxx \
	src/tool/passwd/PasswdCommand.cxx src/tool/passwd/PasswdCommand.hxx \
	src/tool/passwd/PasswordEditor.cxx src/tool/passwd/PasswordEditor.hxx \
	src/tool/passwd/PasswordFileChoice.cxx src/tool/passwd/PasswordFileChoice.hxx \
	src/tool/passwd/PasswordReader.cxx src/tool/passwd/PasswordReader.hxx \
	src/tool/passwd/PasswordScheme.cxx src/tool/passwd/PasswordScheme.hxx \
	src/tool/passwd/SecretFile.cxx src/tool/passwd/SecretFile.hxx \
	src/tool/passwd/SecretText.cxx src/tool/passwd/SecretText.hxx \
	src/tool/passwd/SignalBlock.hxx \
	src/tool/passwd/UserName.cxx src/tool/passwd/UserName.hxx \
	src/tool/probe/Certificate.cxx src/tool/probe/Certificate.hxx \
	src/tool/probe/ProbeCommand.cxx src/tool/probe/ProbeCommand.hxx \
	src/tool/probe/ProbeLink.cxx src/tool/probe/ProbeLink.hxx \
	src/tool/probe/Prober.cxx src/tool/probe/Prober.hxx \
	src/tool/probe/ProbeReport.hxx \
	src/tool/probe/ReportJson.cxx \
	src/tool/probe/ReportText.cxx src/tool/probe/ReportText.hxx \
	src/tool/scan/FrameRows.cxx src/tool/scan/FrameRows.hxx \
	src/tool/scan/Interruption.cxx src/tool/scan/Interruption.hxx \
	src/tool/scan/OutputNames.cxx src/tool/scan/OutputNames.hxx \
	src/tool/scan/PageFiles.cxx src/tool/scan/PageFiles.hxx \
	src/tool/scan/PageScan.cxx src/tool/scan/PageScan.hxx \
	src/tool/scan/ScanCommand.cxx src/tool/scan/ScanCommand.hxx \
	src/tool/scan/ScanProgress.cxx src/tool/scan/ScanProgress.hxx \
	src/tool/scanner/LoginPrompt.cxx src/tool/scanner/LoginPrompt.hxx \
	src/tool/scanner/OpenScanner.cxx src/tool/scanner/Scanner.hxx \
	src/tool/scanner/OptionArguments.cxx src/tool/scanner/OptionArguments.hxx \
	src/tool/scanner/OptionParser.cxx src/tool/scanner/OptionParser.hxx \
	src/tool/scanner/OptionText.cxx src/tool/scanner/OptionText.hxx \
	src/tool/scanner/ScannerOptions.cxx src/tool/scanner/ScannerOptions.hxx \
	src/tool/trace/FieldText.cxx src/tool/trace/FieldText.hxx \
	src/tool/trace/TraceCommand.cxx src/tool/trace/TraceCommand.hxx \
	src/tool/trace/TraceJson.cxx \
	src/tool/trace/TracePlayer.hxx \
	src/tool/trace/TraceSummary.cxx \
	src/tool/trace/TraceText.cxx \
	src/tool/trace/TraceView.hxx
if HAVE_PNG
src_tool_libtool_commands_la_SOURCES += src/tool/image/PngWriter.cxx
endif
if HAVE_TIFF
src_tool_libtool_commands_la_SOURCES += src/tool/image/TiffWriter.cxx
endif
if HAVE_JPEG
src_tool_libtool_commands_la_SOURCES += src/tool/image/JpegWriter.cxx
endif
if HAVE_PDF
src_tool_libtool_commands_la_SOURCES += src/tool/image/PdfWriter.cxx
# libqpdf's headers aren't C++20 for clang 14.
noinst_LTLIBRARIES += src/tool/libtool_pdf.la
src_tool_libtool_pdf_la_SOURCES = src/tool/image/PdfDocument.cxx src/tool/image/PdfDocument.hxx
src_tool_libtool_pdf_la_CPPFLAGS = $(AM_CPPFLAGS) $(QPDF_CFLAGS)
src_tool_libtool_pdf_la_CXXFLAGS = $(plain_cxxflags) -std=c++17
src_tool_libtool_commands_la_LIBADD = src/tool/libtool_pdf.la
endif
src_tool_libtool_commands_la_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags) $(CLI11_CFLAGS) $(JSON_CFLAGS) $(CRYPT_CFLAGS) $(OPENSSL_CFLAGS) \
	$(SANE_CFLAGS) $(PNG_CFLAGS) $(TIFF_CFLAGS) $(JPEG_CFLAGS) $(QPDF_CFLAGS) -DNETSANE_BINDIR='"$(bindir)"'

tool_libs = \
	src/tool/libtool_commands.la plugins/auth/common/libpassword_file.la src/config/libconfig_server.la \
	$(certificate_libs) src/plugin/libtrusted_file.la src/backend/libbackend.la $(client_convenience_libs) src/util/libutil.la
tool_foreign_libs = $(CRYPT_LIBS) $(OPENSSL_LIBS) $(LTDL_LIBS) $(PTHREAD_LIBS) \
	$(SANE_LIBS) $(PNG_LIBS) $(TIFF_LIBS) $(JPEG_LIBS) $(QPDF_LIBS)

netsane_SOURCES = src/tool/netsane_main.cxx
netsane_CPPFLAGS = $(AM_CPPFLAGS) $(CLI11_CFLAGS)
netsane_LDADD = $(tool_libs) $(tool_foreign_libs)
