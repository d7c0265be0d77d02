# tests/wire
if HAVE_GTEST
check_PROGRAMS += tests/wire/wire_test
TESTS += tests/wire/wire_test
tests_wire_wire_test_SOURCES = \
	tests/wire/FrameDecoderTest.cxx \
	tests/wire/FrameEncoderTest.cxx \
	tests/wire/MessageReaderTest.cxx
tests_wire_wire_test_CXXFLAGS = $(test_cxxflags)
tests_wire_wire_test_LDADD = src/wire/libwire.la $(GTEST_LIBS)
endif
