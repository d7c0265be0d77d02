// Starting the daemon's other programs: one descriptor handed over, identity given up, environment as it is.
//
// Used by the supervisor only, which has one thread. Source: execve(2), setgroups(2), prctl(2).
#pragma once

#include "os/UniqueFd.hxx"

#include <cstddef>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netsane {

// The descriptor that a child finds its channel at.
inline constexpr int child_channel_fd = 3;

struct ProcessIdentity {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups; // supplementary
};

// A user of the system with the given extra group, if that exists. Throws std::runtime_error when there is no such
// user.
ProcessIdentity lookupIdentity(const std::string &user, const std::string &extra_group);

struct ChildSpec {
    std::string program; // absolute path
    std::vector<std::string> arguments;
    std::optional<ProcessIdentity> identity; // nothing: as the parent
    bool die_with_parent = false;            // SIGKILL when the parent ends
    bool quiet = false;                      // standard output and error to /dev/null
    std::size_t max_descriptors = 0;         // its limit (the soft one), where the parent's is higher; 0: the parent's
};

// Starts a program with the channel as child_channel_fd, standard input from /dev/null, standard output on the
// parent's standard error, and no other descriptor. Throws std::system_error, also when the program can't be executed.
pid_t startChild(const ChildSpec &spec, UniqueFd channel);

} // namespace netsane
