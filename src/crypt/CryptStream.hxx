// A crypt method's stream between wire bytes and plain bytes: bytes in, bytes out, no I/O, nothing blocks. Owned by a
// connection; a stream made from a Method must end before its PluginHost. What the plugin answers is checked: after an
// impossible answer the stream is in state Error and the plugin is not called any more.
//
//     from the peer -> pushWire  [ stream ]  readPlain -> to the session
//     to the peer   <- pullWire  [ stream ] writePlain <- from the session
//
// After any call look at state(), and at pullWire(): taking or reading bytes can make bytes to send. No function
// throws.

#pragma once

#include "plugin/Method.hxx"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace netsane {

/// Closed, Truncated and Error are final, Open never returns to Handshake.
enum class CryptState { Handshake, Open, Closed, Truncated, Error };

struct CryptParameters {
    std::string peer;      ///< the peer's address as text, without a port
    std::string peer_name; ///< client: the host name the user asked for
};

class CryptStream {
public:
    /// The clear stream that every connection starts with.
    CryptStream() noexcept;

    /// A stream of a crypt method. If the method doesn't support the role or fails, the state is Error from the start.
    CryptStream(const Method &method, Role role, const CryptParameters &parameters = {}) noexcept;
    ~CryptStream();
    CryptStream(CryptStream &&other) noexcept;
    CryptStream &operator=(CryptStream &&other) noexcept;

    /// Takes bytes from the peer. Returns how many were taken; the rest is to be offered again after readPlain.
    size_t pushWire(std::span<const std::byte> bytes) noexcept;

    /// Fills in bytes for the peer and returns how many; 0: none now. Also after the end, for the last word.
    size_t pullWire(std::span<std::byte> space) noexcept;

    /// Fills in the session's bytes and returns how many; 0: none now. What came before a Closed or Truncated end is
    /// still given out.
    size_t readPlain(std::span<std::byte> space) noexcept;

    /// Takes the session's bytes. Returns how many were taken: 0 unless Open, and after shutdown().
    size_t writePlain(std::span<const std::byte> bytes) noexcept;

    /// The peer's connection has ended: the state becomes Closed, or Truncated if the method knows a goodbye and there
    /// was none. All that it has sent must have been pushed before.
    void endWire() noexcept;

    /// Ends this side's direction: pullWire() yields the rest and the goodbye.
    void shutdown() noexcept;

    /// Bytes that readPlain() and pullWire() have ready.
    size_t pendingPlain() const noexcept;
    size_t pendingWire() const noexcept;

    CryptState state() const noexcept;

    /// True if plain bytes are wire bytes: the caller may move them past the stream without these calls, all or none.
    bool isPassthrough() const noexcept;

    /// Why the state is Error; for the log.
    std::string error() const noexcept;

    /// The channel binding (RFC 5056) of an Open stream, or nothing.
    std::vector<std::byte> exportBinding() const noexcept;

    /// The name of the peer that the method has verified, and what the peer can be recognised by (for pinning), or "".
    std::string peerName() const noexcept;
    std::string peerFingerprint() const noexcept;

    /// Why there is no peerName() once the stream is Open; for people; "" if the method doesn't say.
    std::string unverifiedReason() const noexcept;

    /// For people: version and cipher; and the peer's certificate in PEM, verified or not. Or "".
    std::string peerProtocol() const noexcept;
    std::string peerCertificate() const noexcept;

private:
    class Engine;
    class ClearEngine;
    class PluginEngine;

    std::unique_ptr<Engine> engine_;
};

} // namespace netsane
