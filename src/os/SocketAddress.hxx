// The address of one end of a socket: IPv4, IPv6, unix, or none. A plain value, copied freely.
//
// IPv4-mapped IPv6 addresses are turned into the IPv4 addresses they stand for when they come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace netsane {

class SocketAddress {
public:
    SocketAddress() noexcept = default; // none: in no block, not loopback
    // Families other than IPv4, IPv6 and unix, and addresses cut short, become none.
    SocketAddress(const sockaddr *address, socklen_t length_bytes) noexcept;

    // getpeername(2), getsockname(2). Throw std::system_error.
    static SocketAddress peerOf(int fd);
    static SocketAddress localOf(int fd);

    // What toString() makes; numeric, no names are resolved. Nothing if it is something else.
    static std::optional<SocketAddress> parse(std::string_view text);

    bool isIp() const noexcept;
    bool isUnix() const noexcept;
    // 127.0.0.0/8, ::1, and unix sockets: the bytes don't leave this machine.
    bool isLoopback() const noexcept;

    std::uint16_t port() const noexcept;                       // 0 where there is none
    SocketAddress withPort(std::uint16_t port) const noexcept; // the same where it isn't IP

    // 4 or 16 bytes in network order, valid as long as this; empty where it isn't IP.
    std::span<const std::byte> addressBytes() const noexcept;

    // For people and logs: "192.168.1.7:6576", "[fe80::1%eth0]:6576", "unix:/path", "unix:", "none".
    std::string toString() const;
    // Without the port and brackets: "192.168.1.7", "fe80::1%eth0", "unix", "none".
    std::string hostText() const;
    // What counts as one host for limits: an IPv4 address, an IPv6 /64 ("2001:db8:1:2::/64"), "unix", "none".
    std::string limitKey() const;

    const sockaddr *get() const noexcept { return reinterpret_cast<const sockaddr *>(&storage_); }
    socklen_t size() const noexcept { return size_bytes_; }

private:
    sockaddr_storage storage_{};
    socklen_t size_bytes_ = 0;
};

} // namespace netsane
