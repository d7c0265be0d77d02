// What `netsane probe` has found out. Plain values, filled in as far as it came; texts that are a peer's are printable.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct CertificateFacts {
    std::string subject;
    std::string issuer;
    std::vector<std::string> names; // subject alternative names: "DNS:a", "IP:192.0.2.1"
    std::time_t not_before = 0;
    std::time_t not_after = 0;
    bool self_signed = false;
};

// Something that an admin has to see, and what to do about it.
struct ProbeFinding {
    std::string what;
    std::string advice;
};

struct RoundTrips {
    unsigned count = 0;
    std::chrono::microseconds min{};
    std::chrono::microseconds median{};
};

struct ProbeReport {
    using Milliseconds = std::chrono::duration<double, std::milli>;

    std::string server;
    std::string policy; // of frontends for this server: "require", "prefer", "off"
    std::string address;
    std::optional<Milliseconds> connected_after;
    bool is_netsane = false;

    std::string greeting;
    std::optional<std::uint32_t> revision;
    std::vector<std::uint32_t> extensions;
    bool asks_for_crypt = false;
    std::vector<std::uint32_t> crypt_methods;

    bool encrypted = false;
    std::string protocol; // "TLSv1.3 TLS_AES_256_GCM_SHA384"
    std::optional<Milliseconds> handshake_took;
    std::optional<CertificateFacts> certificate;
    std::string fingerprint;
    std::string trust; // a word: verified, pinned, unknown, changed, unverified, unreadable, unconfirmed
    std::string trust_text;
    std::string known_servers;
    bool stored = false; // in known_servers, by --pin

    std::string login; // a word: no, at-open, at-connect; empty if that couldn't be seen
    std::vector<std::uint32_t> auth_methods;
    std::optional<unsigned> devices;
    RoundTrips round_trips;

    std::vector<ProbeFinding> findings;
    std::optional<ProbeFinding> failure; // not reachable, or not NETSANE
};

} // namespace netsane
