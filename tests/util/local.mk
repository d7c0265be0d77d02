# tests/util
if HAVE_GTEST
check_PROGRAMS += tests/util/util_test
TESTS += tests/util/util_test
tests_util_util_test_SOURCES = \
	tests/util/ByteBufferTest.cxx \
	tests/util/JsonWriterTest.cxx \
	tests/util/Utf8Test.cxx \
	tests/util/Hex.hxx
tests_util_util_test_CXXFLAGS = $(test_cxxflags)
tests_util_util_test_LDADD = src/util/libutil.la $(GTEST_LIBS)
endif
