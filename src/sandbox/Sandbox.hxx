// The sandbox of each class of processes: what it gives up for good once it has what it needs. Called by a process for
// itself, while it has one thread. What the kernel hasn't got is left out, which is never an error.
//
// A build with sanitizers or for coverage has no filters and no Landlock: their run-time libraries write reports, trace
// the process and start programs at its end.
#pragma once

#include "sandbox/SyscallFilter.hxx"

#include <string>

namespace netsane {

struct SessionSandbox {
    std::string plugin_dir; // methods are loaded from it at a reload, too
    bool uses_syslog = false;
    OnRefusedCall on_refused = nullptr;
};

// Each returns what is in force now, for the log: "user netsane, …, seccomp, Landlock 6".

// No file but modules and the libraries that they need, for reading; no processes, no network but what it is given.
std::string confineSession(const SessionSandbox &sandbox);

// Methods and PAM's modules may do what they need to judge a login, but change files only where services do; and
// nothing to the kernel or to other processes' memory. may_run_setuid: a method depends on programs that are more than
// this process (unix_chkpwd of Linux-PAM): then nothing of it can be, as the kernel has it for no_new_privs alone.
std::string confineAuth(bool may_run_setuid);

// Drivers may do what they like, but change files only where drivers do. Returns the version of Landlock; the text is
// apart, as most device processes have nobody to tell.
int confineDevice();
std::string describeDevice(int landlock_version);

// No file at all but for reading what every program reads, no TCP; unix sockets (D-Bus) and what the kernel tells of
// network interfaces are all that is left.
std::string confineDiscovery();

// What is in force where the configuration wants none of it.
std::string describeUnconfined();

} // namespace netsane
