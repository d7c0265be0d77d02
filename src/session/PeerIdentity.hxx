// Who the other end of an encrypted connection is, as far as the crypt method knows. Plain values, printable.
#pragma once

#include <optional>
#include <string>

namespace netsane {

struct PeerIdentity {
    std::optional<std::string> verified_name; // the method vouches for it: the host name that was asked for
    std::string fingerprint;                  // what it can be recognised by, verified or not: "SHA256:…"; or ""
    std::string unverified_reason;            // why there is no verified_name; may be ""
};

} // namespace netsane
