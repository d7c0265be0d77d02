// A block of IP addresses, "192.168.0.0/16" or "2001:db8::/32"; a lone address is a block of one. A plain value.
//
// IPv4-mapped IPv6 addresses are the IPv4 addresses they stand for, in prefixes and in what is compared with them, so
// "::/0" is every IPv6 address and no IPv4 one.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace netsane {

class CidrPrefix {
public:
    // Throws std::invalid_argument saying what is wrong: no address, a length out of range, bits set behind the prefix.
    static CidrPrefix parse(std::string_view text);

    // address: 4 or 16 bytes in network order (SocketAddress::addressBytes()); anything else is in no block.
    bool contains(std::span<const std::byte> address) const noexcept;

    unsigned length() const noexcept { return length_; } // in bits
    std::string toString() const;

private:
    CidrPrefix() = default;

    std::array<std::byte, 16> address_{};
    std::size_t address_bytes_ = 0; // 4 or 16
    unsigned length_ = 0;           // in bits
};

} // namespace netsane
