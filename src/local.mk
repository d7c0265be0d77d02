if PRECOMPILED_HEADERS
# Made before anything else (BUILT_SOURCES). PRECOMPILED_FLAGS includes the header; compilers look for these beside it: for
# libraries and for programs.
common_headers = src/common_headers.hxx
make_precompiled = $(CXX) $(DEFS) $(DEFAULT_INCLUDES) $(INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(plain_cxxflags)
BUILT_SOURCES += $(common_headers).gch/program
CLEANFILES += $(common_headers).gch/* $(common_headers)
$(common_headers).gch/program: $(srcdir)/src/CommonHeaders.hxx config.status
	$(AM_V_GEN)$(MKDIR_P) $(common_headers).gch && cp $(srcdir)/src/CommonHeaders.hxx $(common_headers) && \
	$(make_precompiled) $(CXXFLAGS) -fPIC -x c++-header -o $(common_headers).gch/library $(common_headers) && \
	$(make_precompiled) $(CXXFLAGS) -x c++-header -o $@ $(common_headers)
endif
EXTRA_DIST += src/CommonHeaders.hxx

include src/util/local.mk
include src/os/local.mk
include src/sandbox/local.mk
include src/event/local.mk
include src/wire/local.mk
include src/protocol/local.mk
include src/config/local.mk
include src/plugin/local.mk
include src/crypt/local.mk
include src/auth/local.mk
include src/session/local.mk
include src/discovery/local.mk
include src/trace/local.mk
include src/device/local.mk
include src/certificate/local.mk
include src/daemon/local.mk
include src/client/local.mk
include src/backend/local.mk
include src/tool/local.mk
