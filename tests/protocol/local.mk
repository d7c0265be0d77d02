# tests/protocol
if HAVE_GTEST
check_PROGRAMS += tests/protocol/protocol_test
TESTS += tests/protocol/protocol_test
tests_protocol_protocol_test_SOURCES = \
	tests/protocol/MalformedTest.cxx \
	tests/protocol/MessageTable.cxx tests/protocol/MessageTable.hxx \
	tests/protocol/MessageTableTest.cxx \
	tests/protocol/OutstandingRequestsTest.cxx \
	tests/protocol/SpecificationTest.cxx
tests_protocol_protocol_test_CPPFLAGS = $(AM_CPPFLAGS) -DNETSANE_PROTOCOL_MD='"$(abs_top_srcdir)/doc/protocol.md"'
tests_protocol_protocol_test_CXXFLAGS = $(test_cxxflags)
tests_protocol_protocol_test_LDADD = src/protocol/libprotocol.la $(GTEST_LIBS)
endif
