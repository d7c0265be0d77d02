// Who a process is: its user and groups, as the system's databases have them. A plain value.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace netsane {

struct ProcessIdentity {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups; // supplementary
};

// A user of the system with the given extra group, if that exists. Throws std::runtime_error when there is no such
// user. May ask a directory service.
ProcessIdentity lookupIdentity(const std::string &user, const std::string &extra_group);

// For root: this process is somebody else from now on, for good. Async-signal-safe. False, with errno set, when that
// can't be.
bool takeIdentity(const ProcessIdentity &identity) noexcept;

} // namespace netsane
