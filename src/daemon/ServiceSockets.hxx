// Listening sockets that a service manager has opened for this process, and the end of all that it inherited besides.
//
// Stateless; for the supervisor's main, before it forks: the descriptors are meant for the process that was started.
// Source: sd_listen_fds(3).
#pragma once

#include "os/UniqueFd.hxx"

#include <vector>

namespace netsane {

// The sockets of LISTEN_FDS, non-blocking and close-on-exec, none if LISTEN_PID names another process; the variables
// are taken out of the environment. Every other descriptor from 3 up is closed, so nothing of the caller's may be open
// there. Throws std::system_error when one is no listening socket.
std::vector<UniqueFd> takeServiceSockets();

} // namespace netsane
