// What holds a process in its place, in words, for the log: asked of the kernel, not of what was meant to be.
#pragma once

#include <string>

namespace netsane {

// "user netsane, group netsane, scanner, no capabilities, no new privileges". Reads the system's lists of users and
// groups; blocks on them. It shows what holds at this moment.
std::string describeProcess();

// "Landlock 6", "no Landlock in this kernel".
std::string describeLandlock(int version);

// "seccomp", "no seccomp: …".
std::string describeFilter(bool is_in_force);

// Whether this process can never get more rights than it has by starting a program. Source: prctl(2)
// PR_SET_NO_NEW_PRIVS.
bool setNoNewPrivileges() noexcept;
bool hasNoNewPrivileges() noexcept;

} // namespace netsane
