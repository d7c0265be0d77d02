# bench: what `make bench` needs; plain make builds none of it
bench_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)

# The proxy is part of the tests, too.
check_PROGRAMS += bench/proxy
bench_proxy_SOURCES = \
	bench/DelayedPipe.cxx bench/DelayedPipe.hxx \
	bench/DueTimer.cxx bench/DueTimer.hxx \
	bench/Proxy.cxx bench/Proxy.hxx \
	bench/ProxyLink.cxx bench/ProxyLink.hxx \
	bench/TripCounter.cxx bench/TripCounter.hxx \
	bench/proxy_main.cxx
bench_proxy_CPPFLAGS = $(bench_cppflags) $(CLI11_CFLAGS)
bench_proxy_CXXFLAGS = $(AM_CXXFLAGS) $(EVENT_CFLAGS) $(SPDLOG_CFLAGS)
bench_proxy_LDADD = src/event/libevent_loop.la src/os/libos.la src/util/libutil.la $(SPDLOG_LIBS)

EXTRA_PROGRAMS += bench/frontend
bench_frontend_SOURCES = bench/frontend.c
bench_frontend_CFLAGS = $(AM_CFLAGS) $(SANE_CFLAGS)
bench_frontend_LDADD = $(SANE_LIBS)

# BENCH=latency, throughput, connections or micro is a part of it.
BENCH =
bench: tests/stage.stamp bench/proxy$(EXEEXT) bench/frontend$(EXEEXT)
if HAVE_PYTHON
	@$(AM_TESTS_ENVIRONMENT) NETSANE_CXXFLAGS='$(CXXFLAGS)'; export NETSANE_CXXFLAGS; \
	$(PYTHON) -B $(srcdir)/bench/bench.py bench $(BENCH)
else
	@echo "make bench needs Python 3.9" >&2; exit 1
endif
.PHONY: bench

EXTRA_DIST += bench/bench.py bench/chart.py bench/latency.py bench/peers.py bench/report.py
CLEANFILES += $(EXTRA_PROGRAMS) bench/bench.json bench/bench.png
