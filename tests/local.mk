# Of the unit tests.
test_cxxflags = $(plain_cxxflags) $(GTEST_CFLAGS)
if HAVE_GTEST
if PRECOMPILED_HEADERS
# As in src/local.mk: GTEST_CFLAGS includes the header.
unit_test_headers = tests/unit_test_headers.hxx
BUILT_SOURCES += $(unit_test_headers).gch
CLEANFILES += $(unit_test_headers).gch $(unit_test_headers)
$(unit_test_headers).gch: $(srcdir)/tests/UnitTestHeaders.hxx config.status
	$(AM_V_GEN)$(MKDIR_P) tests && cp $(srcdir)/tests/UnitTestHeaders.hxx $(unit_test_headers) && \
	$(make_precompiled) $(GTEST_OWN_CFLAGS) $(CXXFLAGS) -x c++-header -o $@ $(unit_test_headers)
endif
endif
EXTRA_DIST += tests/UnitTestHeaders.hxx

include tests/util/local.mk
include tests/os/local.mk
include tests/sandbox/local.mk
include tests/event/local.mk
include tests/wire/local.mk
include tests/protocol/local.mk
include tests/certificate/local.mk
include tests/config/local.mk
include tests/plugin/local.mk
include tests/crypt/local.mk
include tests/auth/local.mk
include tests/session/local.mk
include tests/discovery/local.mk
include tests/trace/local.mk
include tests/device/local.mk
include tests/daemon/local.mk
include tests/client/local.mk
include tests/backend/local.mk
include tests/tool/local.mk
include tests/doc/local.mk
include tests/plugins/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/packaging/local.mk
include tests/e2e/local.mk
include tests/soak/local.mk
include tests/threads/local.mk
