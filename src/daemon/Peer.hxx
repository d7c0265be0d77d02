// The other end of a connection: an address, and the user where it is a unix socket. A plain value, copied freely.
#pragma once

#include "os/SocketAddress.hxx"

#include <optional>
#include <string>
#include <sys/types.h>

namespace netsane {

struct Peer {
    SocketAddress address;
    std::optional<uid_t> uid; // unix sockets only, from the kernel

    // For people and logs: "192.168.1.7:40000", "unix uid 1000".
    std::string toString() const;
    // Without the port: "192.168.1.7", "unix uid 1000".
    std::string hostText() const;
    // What counts as one host for limits: as SocketAddress::limitKey(), with the users of unix sockets apart.
    std::string limitKey() const;
};

} // namespace netsane
