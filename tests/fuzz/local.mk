# tests/fuzz: libFuzzer's targets. A target is a file with LLVMFuzzerTestOneInput, a folder below corpus/ with its name,
# and some lines here. In an ordinary build it is a test that runs its corpus; after configure --enable-fuzzing it is a
# fuzzer, for `make fuzz`.
fuzz_targets = \
	tests/fuzz/backend \
	tests/fuzz/client_config \
	tests/fuzz/client_library \
	tests/fuzz/client_logins \
	tests/fuzz/client_session \
	tests/fuzz/control_request \
	tests/fuzz/device_replies \
	tests/fuzz/frame_decoder \
	tests/fuzz/groups_file \
	tests/fuzz/ipc \
	tests/fuzz/known_servers \
	tests/fuzz/messages \
	tests/fuzz/pair_crypt \
	tests/fuzz/pair_unix \
	tests/fuzz/password_file \
	tests/fuzz/reply_crypt \
	tests/fuzz/reply_unix \
	tests/fuzz/request_crypt \
	tests/fuzz/request_unix \
	tests/fuzz/server_config \
	tests/fuzz/server_session \
	tests/fuzz/shadow_file \
	tests/fuzz/tls_between \
	tests/fuzz/tls_forged \
	tests/fuzz/tls_strangers \
	tests/fuzz/trace_file \
	tests/fuzz/trace_record \
	$(fuzz_pam_targets)
check_PROGRAMS += $(fuzz_targets)

fuzz_cppflags = $(AM_CPPFLAGS) $(test_module_cppflags) $(method_cppflags)
if FUZZING
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
else
fuzz_main = tests/fuzz/libreplay.la
fuzz_ldflags = $(AM_LDFLAGS)
TESTS += $(fuzz_targets)
check_LTLIBRARIES += tests/fuzz/libreplay.la
tests_fuzz_libreplay_la_SOURCES = tests/fuzz/replay.cxx
endif

# what the targets for auth methods share
check_LTLIBRARIES += tests/fuzz/libfuzz_auth.la
tests_fuzz_libfuzz_auth_la_SOURCES = \
	tests/auth/AuthFields.hxx tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/StoredForms.hxx \
	tests/fuzz/FieldEdits.cxx tests/fuzz/FieldEdits.hxx tests/fuzz/FuzzInput.hxx \
	tests/fuzz/Judgement.cxx tests/fuzz/Judgement.hxx \
	tests/fuzz/LabUser.cxx tests/fuzz/LabUser.hxx \
	tests/fuzz/MethodLab.cxx tests/fuzz/MethodLab.hxx tests/fuzz/Require.hxx
tests_fuzz_libfuzz_auth_la_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_libfuzz_auth_la_CXXFLAGS = $(AM_CXXFLAGS) $(CRYPT_CFLAGS)
fuzz_auth_libs = $(fuzz_main) tests/fuzz/libfuzz_auth.la src/auth/libauth.la src/plugin/libplugin.la \
	src/os/libos.la src/util/libutil.la $(CRYPT_LIBS)
fuzz_modules = auth_crypt.la auth_unix.la $(fuzz_pam_modules)

# what the targets share that are a client of a scripted server: its time is theirs
fuzz_server_sources = \
	tests/fuzz/FuzzInput.hxx tests/fuzz/MemoryMeter.cxx tests/fuzz/MemoryMeter.hxx tests/fuzz/Require.hxx \
	tests/fuzz/ScriptedServer.cxx tests/fuzz/ScriptedServer.hxx
fuzz_wrap_ldflags = $(fuzz_ldflags) -Wl,--wrap=poll -Wl,--wrap=_ZNSt6chrono3_V212steady_clock3nowEv

tests_fuzz_backend_SOURCES = tests/fuzz/backend.cxx src/backend/SaneEntry.cxx $(fuzz_server_sources)
tests_fuzz_backend_CPPFLAGS = $(fuzz_cppflags) $(SANE_CFLAGS)
tests_fuzz_backend_LDFLAGS = $(fuzz_wrap_ldflags)
tests_fuzz_backend_LDADD = $(fuzz_main) src/backend/libbackend.la $(client_convenience_libs) $(LTDL_LIBS)

tests_fuzz_client_config_SOURCES = tests/fuzz/client_config.cxx tests/fuzz/ReportCheck.hxx
tests_fuzz_client_config_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_client_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_client_config_LDADD = $(fuzz_main) src/config/libconfig_client.la src/os/libos.la src/util/libutil.la

tests_fuzz_client_library_SOURCES = \
	tests/fuzz/client_library.cxx src/client/NetsaneInterface.cxx $(fuzz_server_sources)
tests_fuzz_client_library_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_client_library_LDFLAGS = $(fuzz_wrap_ldflags)
tests_fuzz_client_library_LDADD = $(fuzz_main) $(client_convenience_libs) $(LTDL_LIBS)

tests_fuzz_client_logins_SOURCES = tests/fuzz/client_logins.cxx
tests_fuzz_client_logins_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_client_logins_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_client_logins_LDADD = $(fuzz_main) src/config/libconfig_client.la src/os/libos.la src/util/libutil.la

tests_fuzz_client_session_SOURCES = \
	tests/fuzz/client_session.cxx tests/fuzz/FuzzInput.hxx tests/fuzz/MemoryMeter.cxx tests/fuzz/MemoryMeter.hxx \
	tests/fuzz/Require.hxx tests/session/TestMethods.hxx
tests_fuzz_client_session_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_client_session_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_client_session_LDADD = $(fuzz_main) $(client_convenience_libs) $(LTDL_LIBS)

tests_fuzz_control_request_SOURCES = \
	tests/fuzz/control_request.cxx src/daemon/ControlRequest.cxx src/daemon/ControlRequest.hxx
tests_fuzz_control_request_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_control_request_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_control_request_LDADD = $(fuzz_main) src/util/libutil.la

tests_fuzz_device_replies_SOURCES = \
	tests/fuzz/device_replies.cxx tests/fuzz/FuzzInput.hxx tests/fuzz/MemoryMeter.cxx tests/fuzz/MemoryMeter.hxx \
	tests/fuzz/Require.hxx tests/session/TestMethods.hxx
tests_fuzz_device_replies_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_device_replies_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_device_replies_LDADD = $(fuzz_main) $(server_session_libs) src/os/libos.la src/util/libutil.la $(LTDL_LIBS)

tests_fuzz_frame_decoder_SOURCES = \
	tests/fuzz/frame_decoder.cxx tests/fuzz/MemoryMeter.cxx tests/fuzz/MemoryMeter.hxx tests/fuzz/Require.hxx
tests_fuzz_frame_decoder_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_frame_decoder_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_frame_decoder_LDADD = $(fuzz_main) src/protocol/libprotocol.la

tests_fuzz_groups_file_SOURCES = tests/fuzz/groups_file.cxx tests/fuzz/ReportCheck.hxx
tests_fuzz_groups_file_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_groups_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_groups_file_LDADD = $(fuzz_main) src/config/libconfig_server.la src/os/libos.la src/util/libutil.la

tests_fuzz_ipc_SOURCES = \
	tests/fuzz/ipc.cxx \
	src/daemon/LoginExchange.cxx src/daemon/LoginExchange.hxx \
	src/daemon/ProcessExchange.cxx src/daemon/ProcessExchange.hxx
tests_fuzz_ipc_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_ipc_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_ipc_LDADD = $(fuzz_main) src/auth/libauth.la src/plugin/libplugin.la $(daemon_libs) $(LTDL_LIBS)

tests_fuzz_known_servers_SOURCES = tests/fuzz/known_servers.cxx
tests_fuzz_known_servers_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_known_servers_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_known_servers_LDADD = $(fuzz_main) src/config/libconfig_client.la src/os/libos.la src/util/libutil.la

tests_fuzz_messages_SOURCES = \
	tests/fuzz/messages.cxx tests/fuzz/MemoryMeter.cxx tests/fuzz/MemoryMeter.hxx \
	tests/protocol/MessageTable.cxx tests/protocol/MessageTable.hxx \
	src/device/DeviceRequest.cxx src/device/DeviceRequest.hxx
tests_fuzz_messages_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_messages_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_messages_LDADD = $(fuzz_main) src/protocol/libprotocol.la

tests_fuzz_password_file_SOURCES = tests/fuzz/password_file.cxx
tests_fuzz_password_file_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_password_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_password_file_LDADD = $(fuzz_main) plugins/auth/common/libpassword_file.la $(CRYPT_LIBS)

tests_fuzz_shadow_file_SOURCES = tests/fuzz/shadow_file.cxx plugins/auth/unix/ShadowUsers.cxx
tests_fuzz_shadow_file_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_shadow_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_shadow_file_LDADD = $(fuzz_main) plugins/auth/common/libpassword_file.la $(CRYPT_LIBS)

tests_fuzz_trace_file_SOURCES = tests/fuzz/trace_file.cxx tests/fuzz/Require.hxx
tests_fuzz_trace_file_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_trace_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_trace_file_LDADD = $(fuzz_main) $(tool_libs) $(tool_foreign_libs)

tests_fuzz_trace_record_SOURCES = tests/fuzz/trace_record.cxx tests/fuzz/Require.hxx
tests_fuzz_trace_record_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_trace_record_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_trace_record_LDADD = $(fuzz_main) src/trace/libtrace.la src/protocol/libprotocol.la src/os/libos.la \
	src/util/libutil.la

tests_fuzz_server_config_SOURCES = tests/fuzz/server_config.cxx tests/fuzz/ReportCheck.hxx
tests_fuzz_server_config_CPPFLAGS = $(fuzz_cppflags) $(TOMLPLUSPLUS_CFLAGS)
tests_fuzz_server_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_server_config_LDADD = $(fuzz_main) src/config/libconfig_server.la src/os/libos.la src/util/libutil.la

tests_fuzz_server_session_SOURCES = \
	tests/fuzz/server_session.cxx tests/fuzz/FuzzInput.hxx tests/fuzz/Require.hxx tests/session/TestMethods.hxx
tests_fuzz_server_session_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_server_session_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_server_session_LDADD = $(fuzz_main) $(server_session_libs) src/os/libos.la src/util/libutil.la $(LTDL_LIBS)

tests_fuzz_pair_crypt_SOURCES = tests/fuzz/pair_crypt.cxx
tests_fuzz_pair_crypt_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_pair_crypt_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pair_crypt_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_pair_crypt_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_pair_unix_SOURCES = tests/fuzz/pair_unix.cxx
tests_fuzz_pair_unix_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_pair_unix_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pair_unix_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_pair_unix_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_reply_crypt_SOURCES = tests/fuzz/reply_crypt.cxx
tests_fuzz_reply_crypt_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_reply_crypt_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_reply_crypt_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_reply_crypt_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_reply_unix_SOURCES = tests/fuzz/reply_unix.cxx
tests_fuzz_reply_unix_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_reply_unix_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_reply_unix_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_reply_unix_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_request_crypt_SOURCES = tests/fuzz/request_crypt.cxx
tests_fuzz_request_crypt_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_request_crypt_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_request_crypt_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_request_crypt_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_request_unix_SOURCES = tests/fuzz/request_unix.cxx
tests_fuzz_request_unix_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_request_unix_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_request_unix_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_request_unix_DEPENDENCIES = $(fuzz_modules)

# what the targets for TLS share
check_LTLIBRARIES += tests/fuzz/libfuzz_tls.la
tests_fuzz_libfuzz_tls_la_SOURCES = \
	plugins/crypt/tls/Openssl.hxx tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/PlainTlsPeer.hxx tests/plugins/RecordForger.cxx tests/plugins/RecordForger.hxx \
	tests/plugins/TlsBytes.hxx tests/plugins/TlsCertificates.cxx tests/plugins/TlsCertificates.hxx \
	tests/fuzz/FuzzInput.hxx tests/fuzz/Require.hxx tests/fuzz/TlsLab.cxx tests/fuzz/TlsLab.hxx
tests_fuzz_libfuzz_tls_la_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_libfuzz_tls_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENSSL_CFLAGS)
fuzz_tls_libs = $(fuzz_main) tests/fuzz/libfuzz_tls.la src/crypt/libcrypt_stream.la src/plugin/libplugin.la \
	src/os/libos.la src/util/libutil.la $(OPENSSL_LIBS)

tests_fuzz_tls_between_SOURCES = tests/fuzz/tls_between.cxx
tests_fuzz_tls_between_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_tls_between_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tls_between_LDADD = $(fuzz_tls_libs)
EXTRA_tests_fuzz_tls_between_DEPENDENCIES = crypt_tls.la

tests_fuzz_tls_forged_SOURCES = tests/fuzz/tls_forged.cxx
tests_fuzz_tls_forged_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_tls_forged_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tls_forged_LDADD = $(fuzz_tls_libs)
EXTRA_tests_fuzz_tls_forged_DEPENDENCIES = crypt_tls.la

tests_fuzz_tls_strangers_SOURCES = tests/fuzz/tls_strangers.cxx
tests_fuzz_tls_strangers_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_tls_strangers_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tls_strangers_LDADD = $(fuzz_tls_libs)
EXTRA_tests_fuzz_tls_strangers_DEPENDENCIES = crypt_tls.la

if HAVE_PAM
fuzz_pam_targets = tests/fuzz/pair_pam tests/fuzz/reply_pam tests/fuzz/request_pam
fuzz_pam_modules = auth_pam.la tests/plugins/pam_scripted.la

tests_fuzz_pair_pam_SOURCES = tests/fuzz/pair_pam.cxx tests/fuzz/PamScript.cxx tests/fuzz/PamScript.hxx
tests_fuzz_pair_pam_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_pair_pam_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pair_pam_LDADD = $(fuzz_auth_libs) -ldl
EXTRA_tests_fuzz_pair_pam_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_reply_pam_SOURCES = tests/fuzz/reply_pam.cxx tests/fuzz/PamScript.cxx tests/fuzz/PamScript.hxx
tests_fuzz_reply_pam_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_reply_pam_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_reply_pam_LDADD = $(fuzz_auth_libs) -ldl
EXTRA_tests_fuzz_reply_pam_DEPENDENCIES = $(fuzz_modules)

tests_fuzz_request_pam_SOURCES = tests/fuzz/request_pam.cxx
tests_fuzz_request_pam_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_request_pam_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_request_pam_LDADD = $(fuzz_auth_libs)
EXTRA_tests_fuzz_request_pam_DEPENDENCIES = $(fuzz_modules)
endif

# Only what the fuzzers need.
fuzzers: $(fuzz_targets)
# FUZZ_SECONDS for each target; FUZZ names one target or several, else it is all of them.
FUZZ_SECONDS = 60
FUZZ =
fuzz:
if FUZZING
	$(MAKE) $(AM_MAKEFLAGS) fuzzers
	$(SHELL) $(srcdir)/tests/fuzz/run_fuzzers.sh '$(srcdir)' '$(FUZZ_SECONDS)' '$(FUZZ)' $(fuzz_targets)
else
	@echo "make fuzz needs: configure --enable-fuzzing CC=clang CXX=clang++" >&2; exit 1
endif
# Seeds from what the programs really say; needs the stage that `make check TESTS=` fills.
fuzz-record: tests/stage.stamp
	$(AM_TESTS_ENVIRONMENT) $(PYTHON) -B $(srcdir)/tests/fuzz/record_sessions.py
# A table of the lines that the corpora reach; FUZZ_FOUND: a folder of inputs beside them, tests/fuzz/found of another build.
FUZZ_FOUND =
fuzz-coverage: $(fuzz_targets)
	$(SHELL) $(srcdir)/tests/fuzz/coverage.sh '$(srcdir)' '$(FUZZ_FOUND)' $(fuzz_targets)
.PHONY: fuzz fuzzers fuzz-record fuzz-coverage
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/dictionaries tests/fuzz/make_corpus.py tests/fuzz/record_sessions.py \
	tests/fuzz/run_fuzzers.sh tests/fuzz/coverage.sh

clean-local: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/found tests/fuzz/crashes tests/fuzz/profiles
.PHONY: clean-fuzz
