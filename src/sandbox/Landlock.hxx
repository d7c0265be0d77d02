// Landlock: what a process may do with files, TCP ports and other processes, from a moment on and for good, its
// children included. Built by a process for itself, then enforced once.
//
// Works as well as the kernel can: what its version of Landlock doesn't know stays allowed, and without Landlock
// everything. Looking at names, owners and sizes (stat, readlink) is never refused, nor is what is open already.
// Source: landlock(7), the kernel's userspace-api/landlock.rst.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

class Landlock {
public:
    enum class Access {
        read,    // of files and folders
        execute, // and of programs
        write,   // all of it, with making, moving and removing
    };

    // Allows this for a file, or for a folder and what is below it. What isn't there is left out.
    void allow(const std::string &path, Access access) { allowed_.emplace_back(path, access); }

    // No TCP port may be bound or connected to.
    void refuseTcp() noexcept { refuse_tcp_ = true; }
    // No abstract unix socket may be connected to but those of processes that are confined with this one.
    void refuseAbstractSockets() noexcept { refuse_abstract_ = true; }
    // No signal may be sent but to processes that are confined with this one.
    void refuseSignals() noexcept { refuse_signals_ = true; }

    // From here on everything else is refused. Returns the version (ABI) that is in force, 0: the kernel has none, or
    // doesn't allow it; nothing has changed then. The process must have no_new_privs, and only one thread.
    int enforce() const noexcept;

    // The kernel's version, 0: none.
    static int kernelVersion() noexcept;

private:
    std::vector<std::pair<std::string, Access>> allowed_;
    bool refuse_tcp_ = false;
    bool refuse_abstract_ = false;
    bool refuse_signals_ = false;
};

} // namespace netsane
