# `make check-threads`: what has threads, in a build with --enable-sanitizers=thread. Builds only what it needs; THREADS are
# fewer of these programs.
EXTRA_DIST += tests/threads/run.sh tests/threads/suppressions
if HAVE_GTEST
THREADS = \
	tests/backend/backend_test \
	tests/client/connector_test \
	tests/client/netsane_interface_test \
	tests/device/device-process-test \
	tests/device/device-test
check-threads: $(THREADS) netsaned-device tests/device/fake-device
	$(SHELL) $(srcdir)/tests/threads/run.sh '$(abs_srcdir)/tests/threads/suppressions' $(THREADS)
else
check-threads:
	@echo "make check-threads needs GoogleTest" >&2; exit 1
endif
.PHONY: check-threads

clean-local: clean-threads
clean-threads:
	rm -rf tests/threads/reports
.PHONY: clean-threads
