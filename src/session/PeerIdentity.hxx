// What is known about the other end of an encrypted connection. A plain value.
#pragma once

#include <optional>
#include <string>

namespace netsane {

struct PeerIdentity {
    std::optional<std::string> verified_name; // as far as the crypt method has verified it
    std::string fingerprint;                  // "SHA256:" and hex digits, verified or not; empty if there is none
    std::string unverified_reason;            // why there is no verified_name
};

} // namespace netsane
