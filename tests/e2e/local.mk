# End-to-end tests: the programs as installed, against scanimage. `make check` installs them below tests/stage first.
E2E_TESTS = \
	tests/e2e/audit.py \
	tests/e2e/auth_flood.py \
	tests/e2e/auth_process.py \
	tests/e2e/backend_leaks.py \
	tests/e2e/bad_plugins.py \
	tests/e2e/check.py tests/e2e/completion.py \
	tests/e2e/connections.py \
	tests/e2e/control.py \
	tests/e2e/credentials.py tests/e2e/crowd.py \
	tests/e2e/differential_flow.py \
	tests/e2e/differential_modes.py \
	tests/e2e/differential_options.py \
	tests/e2e/differential_values.py \
	tests/e2e/discovery.py tests/e2e/discovery_avahi.py \
	tests/e2e/economy.py \
	tests/e2e/every_state.py \
	tests/e2e/far.py \
	tests/e2e/faults.py \
	tests/e2e/faulty_scanners.py \
	tests/e2e/full_log.py \
	tests/e2e/groups.py \
	tests/e2e/handover.py \
	tests/e2e/hostile.py \
	tests/e2e/hostile_server.py \
	tests/e2e/lifecycle.py \
	tests/e2e/listening.py \
	tests/e2e/login_matrix.py \
	tests/e2e/login_timing.py \
	tests/e2e/logins.py \
	tests/e2e/logins_crypt.py \
	tests/e2e/logins_shadow.py \
	tests/e2e/nonsense.py \
	tests/e2e/out_of_tree.py \
	tests/e2e/passwd.py \
	tests/e2e/pnm.py \
	tests/e2e/privileges.py \
	tests/e2e/ready.py \
	tests/e2e/reload.py \
	tests/e2e/reports.py \
	tests/e2e/rogue.py \
	tests/e2e/sandbox.py \
	tests/e2e/seed_client.py \
	tests/e2e/seed_errors.py \
	tests/e2e/seed_login.py tests/e2e/slow_reader.py \
	tests/e2e/service_manager.py \
	tests/e2e/supervisor.py \
	tests/e2e/tls_certificates.py \
	tests/e2e/tls_client.py \
	tests/e2e/tls_cut.py \
	tests/e2e/tls_differential_flow.py \
	tests/e2e/tls_differential_modes.py \
	tests/e2e/tls_differential_options.py \
	tests/e2e/tls_hostile.py \
	tests/e2e/tls_leaks.py \
	tests/e2e/tls_memory.py \
	tests/e2e/tls_server.py \
	tests/e2e/tls_stall.py \
	tests/e2e/tls_switch.py \
	tests/e2e/tls_switch_peers.py \
	tests/e2e/tool_info.py \
	tests/e2e/tool_list.py \
	tests/e2e/tool_scan.py \
	tests/e2e/trace.py
if HAVE_PAM
PAM_TESTS = tests/e2e/logins_pam.py
endif
dist_check_SCRIPTS += $(E2E_TESTS) $(PAM_TESTS) tests/include_rules.py tests/format_check.sh
dist_check_DATA += tests/e2e/counting_proxy.py tests/e2e/fake_avahi.py tests/e2e/harness.py tests/e2e/option_frontend.py tests/e2e/rogue_device.py \
	tests/e2e/rogue_session.py \
	tests/e2e/seed.py tests/e2e/tls_comparison.py tests/e2e/tls_connection.py tests/e2e/tls_peer.py tests/e2e/tls_proxy.py \
	tests/e2e/tool_runner.py
EXTRA_DIST += .ci/run

check_PROGRAMS += tests/e2e/cycle
tests_e2e_cycle_SOURCES = tests/e2e/cycle.c
tests_e2e_cycle_CFLAGS = $(AM_CFLAGS) $(SANE_CFLAGS)
tests_e2e_cycle_LDADD = -ldl
# What the sanitizers look at in C++ code of the module that it loads, clang puts into C++ programs only.
if SANITIZERS
tests_e2e_cycle_LINK = $(CXXLINK)
else
tests_e2e_cycle_LINK = $(LINK)
endif

# Without sanitizers: it is called before they are ready.
check_LTLIBRARIES += tests/e2e/hurry.la
tests_e2e_hurry_la_SOURCES = tests/e2e/hurry.c
tests_e2e_hurry_la_CFLAGS = $(AM_CFLAGS) -fvisibility=default -fno-sanitize=all
tests_e2e_hurry_la_LDFLAGS = -module -avoid-version -shared -rpath $(abs_builddir)
tests_e2e_hurry_la_LIBADD = -ldl

TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON)
AM_PY_LOG_FLAGS = -B
if HAVE_PYTHON
TESTS += $(E2E_TESTS) $(PAM_TESTS) tests/include_rules.py
endif

AM_TESTS_ENVIRONMENT = \
	NETSANE_STAGE='$(abs_builddir)/tests/stage'; export NETSANE_STAGE; \
	NETSANE_MANDIR='$(mandir)'; export NETSANE_MANDIR; \
	NETSANE_BINDIR='$(bindir)'; export NETSANE_BINDIR; \
	NETSANE_DATADIR='$(datadir)'; export NETSANE_DATADIR; \
	NETSANE_SBINDIR='$(sbindir)'; export NETSANE_SBINDIR; \
	NETSANE_LIBEXECDIR='$(programdir)'; export NETSANE_LIBEXECDIR; \
	NETSANE_LIBDIR='$(libdir)'; export NETSANE_LIBDIR; \
	NETSANE_PLUGINDIR='$(plugindir)'; export NETSANE_PLUGINDIR; \
	NETSANE_SANEDIR='$(sanebackenddir)'; export NETSANE_SANEDIR; \
	NETSANE_DOCDIR='$(docdir)'; export NETSANE_DOCDIR; \
	NETSANE_SYSCONFDIR='$(sysconfdir)'; export NETSANE_SYSCONFDIR; \
	NETSANE_UNITDIR='$(systemdsystemunitdir)'; export NETSANE_UNITDIR; \
	NETSANE_INCLUDEDIR='$(includedir)'; export NETSANE_INCLUDEDIR; \
	NETSANE_PREFIX='$(prefix)'; export NETSANE_PREFIX; \
	NETSANE_AVAHI='$(have_avahi)'; export NETSANE_AVAHI; \
	NETSANE_FORMATS='$(have_png) $(have_tiff) $(have_jpeg) $(have_pdf)'; export NETSANE_FORMATS; \
	NETSANE_SECCOMP='$(have_seccomp)'; export NETSANE_SECCOMP; \
	NETSANE_SANITIZERS='$(enable_sanitizers)'; export NETSANE_SANITIZERS; \
	NETSANE_PAM_TEST_MODULES='$(PAM_TEST_MODULES)'; export NETSANE_PAM_TEST_MODULES; \
	NETSANE_CC='$(CC)'; export NETSANE_CC; \
	NETSANE_CXX='$(CXX)'; export NETSANE_CXX; \
	NETSANE_BUILDDIR='$(abs_builddir)'; export NETSANE_BUILDDIR; \
	NETSANE_SRCDIR='$(abs_srcdir)'; export NETSANE_SRCDIR;

# Everything that is installed is also a prerequisite, so that the make below finds nothing left to build: it must not
# compile beside this one.
check_DATA = tests/stage.stamp
tests/stage.stamp: config.h $(PROGRAMS) $(LTLIBRARIES) $(HEADERS) $(SCRIPTS) $(DATA) $(MANS)
	$(AM_V_GEN)rm -rf tests/stage && $(MKDIR_P) tests && umask 022 && \
	if ! $(MAKE) $(AM_MAKEFLAGS) install DESTDIR='$(abs_builddir)/tests/stage' >tests/stage.log 2>&1; then \
	  cat tests/stage.log; exit 1; \
	fi; \
	touch $@
CLEANFILES += tests/stage.stamp tests/stage.log

clean-local: clean-stage
clean-stage:
	rm -rf tests/stage
.PHONY: clean-stage
