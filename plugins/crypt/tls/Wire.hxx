// The wire side of a stream as OpenSSL sees it: a BIO that reads from the bytes the host is just pushing and writes
// into a queue for pull_wire. Owned by its TlsStream, which stays where it is; the BIO belongs to the SSL.

#pragma once

#include "ByteQueue.hxx"
#include "Openssl.hxx"

#include <cstddef>
#include <span>

namespace netsane {

class Wire {
public:
    /// What a peer may send without getting on: neither a handshake done nor a byte for the session (protocol.md §5.1).
    static constexpr size_t max_fruitless_bytes = 131072;

    /// More never waits for the peer: a flight of the handshake, or the records that TlsStream allows, and small
    /// messages of OpenSSL's own.
    static constexpr size_t max_outbound_bytes = 131072;

    /// The table behind the BIOs; it outlives them. Throws std::bad_alloc.
    static UniqueBioMethod makeMethod();

    /// Gives `ssl` a BIO that leads here. Throws std::bad_alloc.
    void connect(SSL *ssl, const BIO_METHOD *method);

    /// What OpenSSL may read from now on; must live until withdraw().
    void offer(std::span<const std::byte> bytes) noexcept
    {
        inbound_ = bytes;
        hungry_ = false;
    }

    /// OpenSSL has asked for bytes since offer(), and there was none left.
    bool isHungry() const noexcept { return hungry_; }

    /// Ends the offer; returns how many bytes nobody wanted.
    size_t withdraw() noexcept;

    /// Memory for what OpenSSL will write next; throws std::bad_alloc.
    void reserveOutbound(size_t count) { outbound_.reserve(count); }

    size_t pull(std::span<std::byte> space) noexcept { return outbound_.take(space); }
    size_t outboundBytes() const noexcept { return outbound_.size(); }

    /// The peer is getting on.
    void bearFruit() noexcept { fruitless_bytes_ = 0; }
    bool isFruitless() const noexcept { return fruitless_bytes_ >= max_fruitless_bytes; }

    /// Something has been refused because more than max_outbound_bytes would have waited.
    bool isOverfull() const noexcept { return overfull_; }

private:
    static int readWire(BIO *bio, char *data, size_t size, size_t *count) noexcept;
    static int writeWire(BIO *bio, const char *data, size_t size, size_t *count) noexcept;

    std::span<const std::byte> inbound_;
    ByteQueue outbound_{ByteQueue::Content::Public};
    size_t fruitless_bytes_ = 0;
    bool hungry_ = false;
    bool overfull_ = false;
};

} // namespace netsane
