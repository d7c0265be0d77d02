// 32-bit integers in network byte order, read from and written to bytes of any alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace netsane {

inline std::uint32_t loadBigEndian32(const std::byte *bytes) noexcept
{
    return std::to_integer<std::uint32_t>(bytes[0]) << 24 | std::to_integer<std::uint32_t>(bytes[1]) << 16 |
           std::to_integer<std::uint32_t>(bytes[2]) << 8 | std::to_integer<std::uint32_t>(bytes[3]);
}

inline void storeBigEndian32(std::byte *bytes, std::uint32_t value) noexcept
{
    bytes[0] = static_cast<std::byte>(value >> 24);
    bytes[1] = static_cast<std::byte>(value >> 16);
    bytes[2] = static_cast<std::byte>(value >> 8);
    bytes[3] = static_cast<std::byte>(value);
}

} // namespace netsane
