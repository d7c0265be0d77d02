// Whether the host at the other end of a TCP connection still answers, while data waits to be taken.
#pragma once

#include <chrono>

namespace netsane {

// True when the peer's host has acknowledged nothing for that long although it was asked again. A peer that is there
// and just doesn't read acknowledges probes, so it hasn't vanished (TCP_USER_TIMEOUT doesn't tell the two apart). False
// for sockets that aren't TCP. Source: tcp(7), TCP_INFO.
bool hasPeerVanished(int fd, std::chrono::milliseconds silence) noexcept;

} // namespace netsane
