// An X.509 certificate as people want to see it. A plain value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netsane {

struct Certificate {
    std::string fingerprint;        // "SHA256:" and 64 hex digits (protocol.md §5.1)
    std::vector<std::string> names; // subject alternative names: "scanner.example.org", "192.0.2.1"
    std::string valid_from;         // "2026-01-31 23:59:59 UTC"
    std::string valid_until;
    bool expired = false; // by this machine's clock
};

// The first certificate in a text in PEM; what else stands there doesn't matter. Throws std::runtime_error saying what
// is wrong with it.
Certificate readCertificate(std::string_view pem);

// The same of a file of at most 1 MiB. The error names the file. Blocks on the disk.
Certificate readCertificateFile(const std::string &path);

} // namespace netsane
