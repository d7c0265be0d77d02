// One connection's TLS (protocol.md §5.1), without I/O. Owned by the host through its handle; doesn't move.
//
// What push_wire takes is worked on at once, so that the state is known after it: nothing but an unfinished record
// stays in OpenSSL, and the plain bytes wait here. push_wire takes less when they could become too many; wire bytes
// wait for pull_wire. Both queues and OpenSSL's buffers have no memory while a server's connection is idle; a client,
// which has few, keeps a block of 64 KiB.

#pragma once

#include "ByteQueue.hxx"
#include "Openssl.hxx"
#include "TlsMethod.hxx"
#include "Wire.hxx"

#include <cstddef>
#include <cstdint>
#include <netsane/plugin.h>
#include <span>
#include <string>

namespace netsane {

/// The functions mean what those of netsane_crypt_ops_v1 do. The thread's error queue of OpenSSL is empty before each.
class TlsStream {
public:
    /// A client has its ClientHello ready then. Throws std::exception.
    TlsStream(const TlsMethod &method, const netsane_crypt_params_v1 &params);
    TlsStream(const TlsStream &) = delete;
    TlsStream &operator=(const TlsStream &) = delete;

    size_t pushWire(std::span<const std::byte> bytes);
    size_t pullWire(std::span<std::byte> space) noexcept { return wire_.pull(space); }
    size_t readPlain(std::span<std::byte> space) noexcept { return plain_.take(space); }
    size_t writePlain(std::span<const std::byte> bytes);
    void endWire() noexcept;
    void shutdown() noexcept;
    size_t pendingWire() const noexcept { return wire_.outboundBytes(); }
    size_t pendingPlain() const noexcept { return plain_.size(); }
    uint32_t state() const noexcept { return state_; }

    /// In state ERROR the reason. In the client's other states, once the handshake is done: why peer(NETSANE_PEER_NAME)
    /// is nullptr; nullptr if it isn't.
    const char *errorText();

    /// RFC 9266, 32 bytes.
    size_t exportBinding(std::span<std::byte> space) const noexcept;

    /// NAME: to a client the host name that it asked for, if chain and name are good; to a server what clientNameOf()
    /// finds in a verified certificate. FINGERPRINT: fingerprintOf(). CERTIFICATE: pemOf().
    const char *peer(uint32_t what);

    /// Breaks the stream.
    void fail(std::string reason) noexcept;

private:
    void askFor(const std::string &host);
    bool isClient() const noexcept { return SSL_is_server(ssl_.get()) == 0; }
    bool isFinal() const noexcept { return state_ != NETSANE_STATE_HANDSHAKE && state_ != NETSANE_STATE_OPEN; }
    bool advance();
    bool shakeHands();
    bool readRecord();
    bool canGoOn(int result);
    std::string failureText() const;
    void sayGoodbye() noexcept;
    std::string identity(uint32_t what) const;
    bool isVerified() const noexcept;

    static constexpr size_t max_plain_bytes = 65536; ///< that wait for readPlain

    const std::string peer_name_;
    Wire wire_; ///< before ssl_, which leads to it
    UniqueSsl ssl_;
    // passwords come from clients only; what a client reads is a picture, as a rule
    ByteQueue plain_{isClient() ? ByteQueue(ByteQueue::Content::Public, max_plain_bytes)
                                : ByteQueue(ByteQueue::Content::Secret)};
    uint32_t state_ = NETSANE_STATE_HANDSHAKE;
    bool shut_down_ = false;
    std::string error_;
    std::string answer_; ///< what the host was told last
};

} // namespace netsane
