# src/tool: the command for people; a folder for each command that is more than one class
bin_PROGRAMS += netsane
noinst_LTLIBRARIES += src/tool/libtool_commands.la

# All but main, for the unit tests too.
src_tool_libtool_commands_la_SOURCES = \
	src/tool/ToolCommand.cxx src/tool/ToolCommand.hxx \
	src/tool/CommandTable.cxx src/tool/CommandTable.hxx \
	src/tool/Completion.cxx src/tool/Completion.hxx \
	src/tool/InstalledFolders.cxx src/tool/InstalledFolders.hxx \
	src/tool/ToolError.hxx \
	src/tool/fingerprint/FingerprintCommand.cxx src/tool/fingerprint/FingerprintCommand.hxx \
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
	src/tool/trace/FieldText.cxx src/tool/trace/FieldText.hxx \
	src/tool/trace/TraceCommand.cxx src/tool/trace/TraceCommand.hxx \
	src/tool/trace/TraceJson.cxx \
	src/tool/trace/TracePlayer.hxx \
	src/tool/trace/TraceSummary.cxx \
	src/tool/trace/TraceText.cxx \
	src/tool/trace/TraceView.hxx
src_tool_libtool_commands_la_CPPFLAGS = $(AM_CPPFLAGS) $(method_cppflags) $(CLI11_CFLAGS) $(CRYPT_CFLAGS) $(OPENSSL_CFLAGS) \
	-DNETSANE_BINDIR='"$(bindir)"'

tool_libs = \
	src/tool/libtool_commands.la plugins/auth/common/libpassword_file.la src/config/libconfig_server.la \
	$(certificate_libs) src/plugin/libtrusted_file.la $(client_convenience_libs) src/util/libutil.la
tool_foreign_libs = $(CRYPT_LIBS) $(OPENSSL_LIBS) $(LTDL_LIBS) $(PTHREAD_LIBS)

netsane_SOURCES = src/tool/netsane_main.cxx
netsane_CPPFLAGS = $(AM_CPPFLAGS) $(CLI11_CFLAGS)
netsane_LDADD = $(tool_libs) $(tool_foreign_libs)
