// The limits of protocol.md §9 that the decoder enforces before it allocates.
#pragma once

#include <cstddef>

namespace netsane {

struct WireLimits {
    std::size_t max_field_bytes;
    std::size_t max_message_bytes; // lengths, values and end mark together
};

inline constexpr WireLimits limits_before_login{4096, 4096};
inline constexpr WireLimits limits_after_login{1U << 20, 2U << 20};

} // namespace netsane
