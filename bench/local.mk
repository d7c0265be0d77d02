# bench: what `make bench` needs. make check builds it, too, so that it keeps up with the rest; plain make does not.
bench_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)

check_LTLIBRARIES += bench/libproxy.la
bench_libproxy_la_SOURCES = \
	bench/DelayedPipe.cxx bench/DelayedPipe.hxx \
	bench/DueTimer.cxx bench/DueTimer.hxx \
	bench/Proxy.cxx bench/Proxy.hxx \
	bench/ProxyLink.cxx bench/ProxyLink.hxx \
	bench/TripCounter.cxx bench/TripCounter.hxx
bench_libproxy_la_CPPFLAGS = $(bench_cppflags) $(SPDLOG_CFLAGS)

check_PROGRAMS += bench/proxy
bench_proxy_SOURCES = bench/proxy_main.cxx
bench_proxy_CPPFLAGS = $(bench_cppflags) $(CLI11_CFLAGS) $(SPDLOG_CFLAGS)
bench_proxy_libs = bench/libproxy.la src/event/libevent_loop.la src/os/libos.la src/util/libutil.la $(SPDLOG_LIBS)
bench_proxy_LDADD = $(bench_proxy_libs)

check_PROGRAMS += bench/frontend
bench_frontend_SOURCES = bench/frontend.c
bench_frontend_CFLAGS = $(AM_CFLAGS) $(SANE_CFLAGS)
bench_frontend_LDADD = $(SANE_LIBS)

if HAVE_BENCHMARK
check_PROGRAMS += bench/micro/micro
bench_micro = bench/micro/micro$(EXEEXT)
endif
bench_micro_micro_SOURCES = \
	plugins/crypt/tls/Openssl.hxx tests/plugin/ModuleFolder.hxx tests/plugin/TestServices.hxx \
	tests/plugins/TlsCertificates.cxx tests/plugins/TlsCertificates.hxx \
	bench/micro/CryptMicro.cxx \
	bench/micro/SessionMicro.cxx \
	bench/micro/WireMicro.cxx
bench_micro_micro_CPPFLAGS = $(AM_CPPFLAGS) $(test_module_cppflags) $(BENCHMARK_CFLAGS)
bench_micro_micro_CXXFLAGS = $(AM_CXXFLAGS) $(OPENSSL_CFLAGS)
bench_micro_micro_LDADD = src/session/libsession_server.la $(client_convenience_libs) $(LTDL_LIBS) $(BENCHMARK_LIBS) \
	$(PTHREAD_LIBS) $(OPENSSL_LIBS)
EXTRA_bench_micro_micro_DEPENDENCIES = crypt_none.la crypt_tls.la

# BENCH=latency, throughput, connections or micro is a part of it.
BENCH =
bench-programs: tests/stage.stamp bench/proxy$(EXEEXT) bench/frontend$(EXEEXT) $(bench_micro)
bench: bench-programs
if HAVE_PYTHON
	@$(AM_TESTS_ENVIRONMENT) NETSANE_CXXFLAGS='$(CXXFLAGS)'; export NETSANE_CXXFLAGS; \
	$(PYTHON) -B $(srcdir)/bench/bench.py bench $(BENCH)
else
	@echo "make bench needs Python 3.9" >&2; exit 1
endif
.PHONY: bench bench-programs

EXTRA_DIST += bench/bench.py bench/chart.py bench/idle_connections.py bench/latency.py bench/micro.py bench/peers.py \
	bench/processes.py bench/report.py bench/throughput.py
CLEANFILES += bench/bench.json bench/bench.md bench/bench.png
