// New files for recordings. Stateless functions.
#pragma once

#include "os/UniqueFd.hxx"

#include <string>

namespace netsane {

// Creates it for this user alone to read; nothing that is there already is opened, and no symbolic link is followed at
// its end. folder_fd: what a relative path is in, AT_FDCWD for the working folder. -1 and errno on failure.
UniqueFd createTraceFile(int folder_fd, const std::string &path) noexcept;

} // namespace netsane
