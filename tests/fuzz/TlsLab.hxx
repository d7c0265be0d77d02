// The built method TLS, loaded as the programs load it, and a stream of it under watch.

#pragma once

#include "crypt/CryptStream.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/TlsBytes.hxx"
#include "tests/plugins/TlsCertificates.hxx"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace netsane {

/// A stream, and the rules that hold after each call whatever the peer does: bounded buffers, a reason for each failure,
/// nothing left in OpenSSL's queue of errors, states in their order.
class TlsSubject {
public:
    explicit TlsSubject(CryptStream stream) : stream_(std::move(stream)) { check(); }

    /// All of it, as far as the stream takes it; what is read in between is in read_text.
    void push(std::span<const std::byte> bytes);
    Bytes pull();
    size_t write(std::string_view text);
    void shutdown();
    void endWire();

    CryptState state() const { return stream_.state(); }
    const CryptStream &stream() const { return stream_; }

    std::string read_text; ///< all plain bytes so far

private:
    void read();
    void check();

    CryptStream stream_;
    CryptState last_state_ = CryptState::Handshake;
};

/// Owned by a target, for the life of the program. Its CA, keys and certificates are made anew in each.
class TlsLab {
public:
    TlsLab();
    ~TlsLab();
    TlsLab(const TlsLab &) = delete;
    TlsLab &operator=(const TlsLab &) = delete;

    /// @param open_minded TLS 1.2 is allowed, and the server asks for a certificate that the client has
    TlsSubject subject(Role role, bool open_minded) const;

    const TlsIdentity &serverIdentity() const { return server_identity_; }

private:
    class Services;

    struct Instance {
        std::unique_ptr<Services> services;
        std::unique_ptr<PluginHost> host;
        const Method *method;
    };

    Instance makeInstance(Role role, bool open_minded) const;

    const ModuleFolder folder_;
    const TlsIdentity ca_{{.common_name = "Lab CA", .names = {}, .is_ca = true}};
    const TlsIdentity server_identity_{{.common_name = "Scanner", .names = {"DNS:scanner.example"}}, &ca_};
    const TlsIdentity client_identity_{{.common_name = "Alice", .names = {"email:alice@example"}}, &ca_};
    std::map<std::pair<Role, bool>, Instance> instances_;
};

} // namespace netsane
