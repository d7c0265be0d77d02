// Listening unix sockets (SOCK_STREAM) with a path. Stateless functions that throw std::system_error.
#pragma once

#include "os/UniqueFd.hxx"

#include <cstddef>
#include <string>
#include <sys/types.h>

namespace netsane {

// Longer paths can't be had, NUL not counted.
extern const std::size_t max_unix_path_bytes;

enum class DeadSocket {
    replace,        // whoever it belonged to
    replace_if_own, // only one that this process's effective user has made
};

// Non-blocking and close-on-exec. Nobody can connect before the mode is set. A socket file at the path is replaced only
// if nobody answers on it; anything else there is an error. Removing it at the end is the caller's business.
UniqueFd listenOnUnixPath(const std::string &path, mode_t mode, DeadSocket dead);

// Blocking and close-on-exec.
UniqueFd connectToUnixPath(const std::string &path);

} // namespace netsane
