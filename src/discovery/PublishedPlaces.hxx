// Where a server is announced, made of the addresses that it listens at. Plain values.
#pragma once

#include "os/SocketAddress.hxx"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace netsane {

struct PublishedPlace {
    enum class Family { v4, v6 };

    unsigned interface = 0; // its number; 0: all
    Family family = Family::v4;
    std::uint16_t port = 0;

    bool operator==(const PublishedPlace &) const = default;
};

// The number of the interface with this address; 0: none.
using InterfaceFinder = std::function<unsigned(const SocketAddress &address)>;

// addresses: "192.168.1.5:6576", "[::]:6576", "unix:/path". Where a server listens at several ports, that of the first
// listener for all interfaces counts, or else the first: with two it would be found as two servers. Unix sockets,
// loopback and addresses that no interface has are left out.
std::vector<PublishedPlace> publishedPlaces(const std::vector<std::string> &addresses, const InterfaceFinder &find);

// Of this machine now. Source: getifaddrs(3).
unsigned interfaceOf(const SocketAddress &address);

} // namespace netsane
