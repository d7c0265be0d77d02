// A session's stream: wire bytes in and out on one side, messages on the other, the crypt stream in between.
//
// Owned by a session, server or client; free of I/O, one thread. While the crypt stream passes bytes unchanged they
// are received straight into the decoder's buffer and sent straight from the message buffer. Source: protocol.md §5.
#pragma once

#include "crypt/CryptStream.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/FrameDecoder.hxx"

#include <cstddef>
#include <optional>
#include <span>

namespace netsane {

class SessionTransport {
public:
    explicit SessionTransport(WireLimits limits) noexcept : decoder_(limits) {}

    // Room to receive wire bytes into; received() says how many there were.
    std::span<std::byte> receiveBuffer(std::size_t min_bytes);

    // Throws ProtocolError when the crypt method refuses the bytes.
    void received(std::size_t count_bytes);

    // The next message; valid until the next call on this object. Throws ProtocolError.
    std::optional<MessageView> nextMessage();

    // Overwrites the message that nextMessage() returned.
    void wipeMessage() noexcept { decoder_.wipeReturned(); }

    // Messages to send are appended here.
    ByteBuffer &messages() noexcept { return messages_; }

    // The bytes to send next; consume what was sent. Valid until the next call that isn't const.
    // Throws ProtocolError when the crypt method fails.
    ByteBuffer &output();

    // Changes to another crypt stream between two messages. What messages() holds is sent through the old stream; bytes
    // received behind the last message returned go to the new one.
    void switchTo(CryptStream stream);

    // The peer has closed its direction. True if that is a proper end: no message in progress, goodbye said.
    bool peerClosed();

    // The crypt method protects against listeners and changes.
    bool isConfidential() const noexcept { return confidential_; }
    void setConfidential(bool confidential) noexcept { confidential_ = confidential; }

    void setLimits(WireLimits limits) noexcept { decoder_.setLimits(limits); }
    std::size_t missingBytes() const noexcept { return decoder_.missingBytes(); }
    void shrinkIfEmpty(std::size_t keep_bytes) noexcept;

private:
    void checkStream() const;
    void pump();

    CryptStream stream_;
    FrameDecoder decoder_;
    ByteBuffer messages_;
    ByteBuffer wire_in_;  // received and not yet taken by the crypt stream
    ByteBuffer wire_out_; // from the crypt stream, or left from before a switch
    bool confidential_ = false;
};

} // namespace netsane
