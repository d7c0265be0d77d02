// Which message of a client is legal in which state of the server: the table of protocol.md §9.
#pragma once

#include "protocol/Numbers.hxx"

#include <cstdint>
#include <string_view>

namespace netsane {

enum class ServerState {
    open,              // nothing special going on
    crypt_asked,       // CRPT_REQ is outstanding since the greeting
    crypt_asked_later, // CRPT_REQ is outstanding in the middle of a session: requests may have crossed with it
    user_asked,        // USER is outstanding
    pass_asked,        // PASS_REQ is outstanding
    checking,          // the auth process has the login, or a failed one is being delayed
};

// HELO's own rule, that it must come first, is not in the table. Requests that are legal may still be held.
bool isLegalFromClient(ServerState state, std::uint32_t command) noexcept;

std::string_view stateName(ServerState state) noexcept;

} // namespace netsane
