// Where a server is, as people write it: host, host:port, 192.0.2.1:port, [v6]:port, unix:/path. A plain value.
// The forms are those of architecture.md "Configuration" and of device names, netsane:host[:port]:device.
#pragma once

#include "util/PortNumber.hxx"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace netsane {

struct ServerName {
    std::string host;      // a name or an address, without brackets; empty for a unix socket
    std::string unix_path; // absolute; empty for TCP
    unsigned port = netsane_port;

    bool isUnix() const noexcept { return !unix_path.empty(); }

    // The shortest text that parses to the same.
    std::string text() const;

    // As text(), always with the port: for a device name whose own beginning could be taken for one.
    std::string textWithPort() const;

    // The same for every way of writing it: small letters, no dot at the end, addresses of IPv6 in their shortest form.
    ServerName canonical() const;

    // Whether it is the same server, however it is written.
    bool operator==(const ServerName &other) const;
};

// Nothing if the text is no server's name.
std::optional<ServerName> parseServerName(std::string_view text);

// Splits host[:port][:device], the device name as a SANE backend gets it from its frontend. The device may be empty,
// and may contain colons. A part of digits alone behind the host is the port.
std::optional<std::pair<ServerName, std::string>> parseDeviceName(std::string_view text);

} // namespace netsane
