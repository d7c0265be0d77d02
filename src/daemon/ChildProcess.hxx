// Starting the daemon's other programs: one descriptor handed over, identity and powers given up.
//
// Used by the supervisor only, which has one thread. Source: execve(2), setgroups(2), prctl(2).
#pragma once

#include "os/Capabilities.hxx"
#include "os/ProcessIdentity.hxx"
#include "os/UniqueFd.hxx"

#include <cstddef>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netsane {

// The descriptor that a child finds its channel at.
inline constexpr int child_channel_fd = 3;

struct ChildSpec {
    std::string program; // absolute path
    std::vector<std::string> arguments;
    std::optional<ProcessIdentity> identity; // nothing: as the parent
    bool die_with_parent = false;            // SIGKILL when the parent ends
    bool quiet = false;                      // standard output and error to /dev/null
    std::size_t max_descriptors = 0;         // its limit (the soft one), where the parent's is higher; 0: the parent's
    CapabilitySet capabilities = all_capabilities; // what it keeps of those that its identity has
    bool no_new_privileges = true;                 // nothing that it starts has more rights than it (prctl(2))
    bool own_environment = false;                  // only what every program needs of its parent's
    mode_t file_mode_mask = 077;                   // of files that it makes, umask(2)
};

// What of an environment is for every program: where programs are, language and time zone, and what the C library's
// memory, sanitizers and NETSANE itself look at. Of the form "NAME=value".
std::vector<std::string> plainEnvironment(const char *const *environment);

// Starts a program with the channel as child_channel_fd, standard input from /dev/null, standard output on the
// parent's standard error, and no other descriptor. It leaves no core behind. Throws std::system_error, also when the
// program can't be executed.
pid_t startChild(const ChildSpec &spec, UniqueFd channel);

} // namespace netsane
