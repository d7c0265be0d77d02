// What a connection is worth to a login on it. Plain values; a connection in clear, or whose handshake isn't done, has
// none of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace netsane {

struct LinkSecurity {
    bool confidential = false;              // third parties can neither read along nor change anything
    std::vector<std::byte> channel_binding; // RFC 5056; empty: the crypt method has none
    std::string peer_name;                  // the peer's name as the crypt method has verified it; "": it hasn't
};

} // namespace netsane
