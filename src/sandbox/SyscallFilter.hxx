// Filters of system calls, by seccomp: from a moment on and for good, for this process and what it starts.
//
// SyscallFilterSeccomp.cxx has them, SyscallFilterNone.cxx stands for it where the build is without libseccomp. Each
// process calls one of them once, for itself. Source: seccomp(2), seccomp_rule_add(3).
#pragma once

namespace netsane {

// Told of the call that ends this process: its number, and its name or "" where it isn't known. It runs in a signal
// handler, in a process that may be in somebody else's hands.
using OnRefusedCall = void (*)(int number, const char *name) noexcept;

// Allows what a process needs that has one thread, talks over descriptors that it was given, allocates memory and loads
// modules; every other call is its end, by SIGSYS, after on_refused. Files can be opened for reading only. New sockets
// are refused, but for that of syslog(3) where `uses_syslog`. False where the kernel or the build can't: nothing has
// changed then. The process must have no_new_privs.
bool allowSessionCalls(bool uses_syslog, OnRefusedCall on_refused);

// Refuses with EPERM what nobody needs to judge a login: other processes' memory, mounts, modules of the kernel, its
// clock, keys and namespaces. False and no_new_privs as above.
bool refuseSystemCalls();

} // namespace netsane
