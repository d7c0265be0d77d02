# tests/trace
if HAVE_GTEST
check_PROGRAMS += tests/trace/trace_test
TESTS += tests/trace/trace_test
tests_trace_trace_test_SOURCES = \
	tests/trace/CompletionTest.cxx \
	tests/trace/TraceRecorderTest.cxx \
	tests/trace/TraceReaderTest.cxx \
	tests/trace/TraceTest.hxx \
	tests/trace/TransportTapTest.cxx
tests_trace_trace_test_CPPFLAGS = $(AM_CPPFLAGS) $(CLI11_CFLAGS)
tests_trace_trace_test_CXXFLAGS = $(test_cxxflags)
tests_trace_trace_test_LDADD = $(tool_libs) $(GTEST_LIBS) $(tool_foreign_libs)
endif
