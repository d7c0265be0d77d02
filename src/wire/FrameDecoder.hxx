// Finds messages in a stream of bytes, incrementally, checking every length before room for it is made.
//
// Owned by a connection or session; no I/O, one thread. Bytes go in through push() or prepare()/commit(), messages come
// out through next(). Source: protocol.md §1.1, §9.
#pragma once

#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"
#include "wire/WireLimits.hxx"

#include <cstddef>
#include <optional>
#include <span>

namespace netsane {

class FrameDecoder {
public:
    explicit FrameDecoder(WireLimits limits) noexcept : limits_(limits) {}

    // Takes all bytes. Invalidates the view of the last next().
    void push(std::span<const std::byte> bytes);

    // The same without a copy: room for at least min_bytes to receive into, then commit().
    std::span<std::byte> prepare(std::size_t min_bytes);
    void commit(std::size_t received_bytes) noexcept;

    // The next complete message, or nothing when more bytes are needed. The view is valid until the next call that
    // isn't const. Throws ProtocolError for a length over the limits or a command field that isn't 4 bytes; the decoder
    // is of no use after that.
    std::optional<MessageView> next();

    // Applies from the next message on.
    void setLimits(WireLimits limits) noexcept { limits_ = limits; }

    // Bytes received that belong to no message returned so far.
    std::span<const std::byte> pending() const noexcept;

    // Takes those bytes out, for the crypto switch: they belong to the crypt method (protocol.md §5).
    ByteBuffer takePending();

    // Overwrites the message that next() returned, for one that holds a password.
    void wipeReturned() noexcept;

    // How many more bytes the message in progress needs at the least; 0 when nothing is known.
    std::size_t missingBytes() const noexcept { return missing_; }

    void shrinkIfEmpty(std::size_t keep_bytes) noexcept;

private:
    void dropReturned() noexcept;

    WireLimits limits_;
    ByteBuffer buffer_;
    std::size_t returned_ = 0; // size of the message that next() returned and that is still in the buffer
    std::size_t scanned_ = 0;  // bytes of the message in progress whose fields are known to be complete
    std::size_t missing_ = 0;
};

// Checks that the bytes are exactly one well-formed message. Throws ProtocolError.
MessageView viewMessage(std::span<const std::byte> bytes, WireLimits limits);

} // namespace netsane
