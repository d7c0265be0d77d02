// Where to listen, as configured, and the listening sockets for it. A plain value; the sockets are the caller's.
#pragma once

#include "os/UniqueFd.hxx"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

struct ListenAddress {
    std::string host;       // name or numeric address without brackets, with zone id if any; empty: every address
    std::uint16_t port = 0; // 0: the kernel picks one
    std::string unix_path;  // absolute; when not empty, host and port mean nothing

    // "host:port", "host", "[v6]:port", "[v6]", ":port" and "*:port" for every address, "unix:/path". Names aren't
    // resolved here. Throws std::invalid_argument saying what is wrong.
    static ListenAddress parse(std::string_view text, std::uint16_t default_port);

    bool isUnix() const noexcept { return !unix_path.empty(); }
    std::string toString() const; // parse() reads it back

    bool operator==(const ListenAddress &) const = default;
};

// Listening sockets, non-blocking and close-on-exec: one for a unix path or a numeric address, one per address for a
// name or for "every address" (IPv4 and IPv6 apart, IPV6_V6ONLY). With port 0 all of them get the same port. An address
// family that the kernel doesn't have is passed over where another remains.
//
// A unix socket is made with mode 0666 and whoever may reach the path may connect; a socket file at the path is
// replaced only if nobody answers on it, anything else there is an error. Removing it at the end is the caller's
// business.
//
// Throws std::system_error saying what was done to which address. Blocks for as long as resolving a name takes.
std::vector<UniqueFd> listenOn(const ListenAddress &address);

} // namespace netsane
