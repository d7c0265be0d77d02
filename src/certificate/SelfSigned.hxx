// A certificate that vouches for itself, and its key. Stateless.
#pragma once

#include "os/SecureMemory.hxx"

#include <string>
#include <vector>

namespace netsane {

struct SelfSigned {
    std::string certificate; // PEM
    SecureBytes key;         // PEM, PKCS #8, not encrypted
};

// ECDSA over P-256, valid for ten years from now. names: DNS names and numeric addresses, the first is the subject's
// too; what can be neither is left out, and at least one must remain. Throws std::runtime_error.
SelfSigned makeSelfSigned(const std::vector<std::string> &names);

} // namespace netsane
