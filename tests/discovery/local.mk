# tests/discovery
if HAVE_GTEST
check_PROGRAMS += tests/discovery/discovery_test
TESTS += tests/discovery/discovery_test
tests_discovery_discovery_test_SOURCES = \
	tests/discovery/FoundServerTest.cxx \
	tests/discovery/PublishedPlacesTest.cxx \
	tests/discovery/ServiceTextTest.cxx
tests_discovery_discovery_test_CXXFLAGS = $(test_cxxflags)
tests_discovery_discovery_test_LDADD = src/discovery/libdiscovery.la src/os/libos.la src/util/libutil.la $(GTEST_LIBS)
endif
