# What a process does to itself. The part with system calls is apart from the rest: a device process has no need of libseccomp.
noinst_LTLIBRARIES += src/sandbox/libsandbox.la src/sandbox/libsandbox_filter.la
src_sandbox_libsandbox_la_SOURCES = \
	src/sandbox/DeviceSandbox.cxx src/sandbox/Sandbox.hxx \
	src/sandbox/Landlock.cxx src/sandbox/Landlock.hxx \
	src/sandbox/ProcessState.cxx src/sandbox/ProcessState.hxx \
	src/sandbox/SandboxFolders.cxx src/sandbox/SandboxFolders.hxx
src_sandbox_libsandbox_filter_la_SOURCES = \
	src/sandbox/AuthSandbox.cxx \
	src/sandbox/DiscoverySandbox.cxx \
	src/sandbox/SessionSandbox.cxx \
	src/sandbox/SyscallFilter.hxx
sandbox_cppflags = $(AM_CPPFLAGS)
if HAVE_SECCOMP
sandbox_cppflags += -DHAVE_SECCOMP
src_sandbox_libsandbox_filter_la_SOURCES += src/sandbox/SyscallFilterSeccomp.cxx
src_sandbox_libsandbox_filter_la_CXXFLAGS = $(AM_CXXFLAGS) $(SECCOMP_CFLAGS)
src_sandbox_libsandbox_filter_la_LIBADD = $(SECCOMP_LIBS)
else
src_sandbox_libsandbox_filter_la_SOURCES += src/sandbox/SyscallFilterNone.cxx
endif
if INSTRUMENTED
sandbox_cppflags += -DNETSANE_INSTRUMENTED
endif
src_sandbox_libsandbox_la_CPPFLAGS = $(sandbox_cppflags)
src_sandbox_libsandbox_filter_la_CPPFLAGS = $(sandbox_cppflags)
EXTRA_DIST += src/sandbox/SyscallFilterSeccomp.cxx src/sandbox/SyscallFilterNone.cxx
sandbox_libs = src/sandbox/libsandbox_filter.la src/sandbox/libsandbox.la
