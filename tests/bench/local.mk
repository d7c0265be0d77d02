# tests/bench
if HAVE_GTEST
check_PROGRAMS += tests/bench/bench_test
TESTS += tests/bench/bench_test
tests_bench_bench_test_SOURCES = \
	tests/bench/ProxyTest.cxx \
	tests/bench/TripCounterTest.cxx
tests_bench_bench_test_CPPFLAGS = $(bench_cppflags)
tests_bench_bench_test_CXXFLAGS = $(test_cxxflags)
tests_bench_bench_test_LDADD = $(bench_proxy_libs) $(GTEST_LIBS)
endif

dist_check_SCRIPTS += tests/bench/bench_programs.py
if HAVE_PYTHON
TESTS += tests/bench/bench_programs.py
endif
