// TCP port numbers as text.
#pragma once

#include <optional>
#include <string_view>

namespace netsane {

// Where a server listens if nothing else was said (protocol.md).
inline constexpr unsigned netsane_port = 6576;

// 1 to 65535 in decimal, digits alone; nothing for any other text.
constexpr std::optional<unsigned> parsePort(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 5)
        return std::nullopt;
    unsigned port = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        port = port * 10 + static_cast<unsigned>(digit - '0');
    }
    return port >= 1 && port <= 65535 ? std::optional(port) : std::nullopt;
}

} // namespace netsane
