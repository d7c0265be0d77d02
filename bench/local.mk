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
