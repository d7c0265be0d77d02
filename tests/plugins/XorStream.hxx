// The stream of crypt_xor, a good method for tests. Each side first sends "XOR" and a key byte. Then come chunks: a
// length byte from 1 to 255, and as many bytes, each xored with the sender's key plus its position. The length 0 is the
// goodbye. Protects nothing, but looks like a real method: a handshake, other bytes on the wire, a proper end.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <netsane/plugin.h>
#include <span>
#include <string>
#include <vector>

namespace netsane {

class XorStream {
public:
    /// @param key never 0
    XorStream(std::byte key, uint32_t role, std::string peer_name);

    size_t pushWire(std::span<const std::byte> bytes);
    size_t pullWire(std::span<std::byte> space);
    size_t readPlain(std::span<std::byte> space);
    size_t writePlain(std::span<const std::byte> bytes);
    void endWire();
    void shutdown();
    size_t pendingWire() const { return outbound_.size(); }
    size_t pendingPlain() const { return inbound_.size(); }
    uint32_t state() const { return state_; }
    const char *errorText() const { return "the peer's first bytes are not those of XOR"; }

    /// The two keys, the server's first.
    size_t exportBinding(std::span<std::byte> space) const;
    const char *peer(uint32_t what) const;

private:
    void takeByte(std::byte byte);
    void takeGreeting(std::byte byte);

    const std::byte own_key_;
    const uint32_t role_;
    const std::string peer_name_;
    std::string fingerprint_;
    std::byte peer_key_{};
    size_t greeting_bytes_ = 0;
    size_t chunk_left_ = 0;
    size_t inbound_position_ = 0;
    size_t outbound_position_ = 0;
    std::vector<std::byte> inbound_;
    std::vector<std::byte> outbound_;
    uint32_t state_ = NETSANE_STATE_HANDSHAKE;
};

} // namespace netsane
