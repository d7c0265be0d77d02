// A session's stream: wire bytes in and out on one side, messages on the other, the crypt stream in between.
//
// Owned by a session, server or client; free of I/O, one thread. While the crypt stream passes bytes unchanged they
// are received straight into the decoder's buffer and sent straight from the message buffer. What a crypt stream breaks
// on is seen in stream().state() and thrown by nobody here: it may still have a last word to the peer. Source:
// protocol.md §5.
#pragma once

#include "crypt/CryptStream.hxx"
#include "session/LinkSecurity.hxx"
#include "session/SessionTap.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/FrameDecoder.hxx"

#include <cstddef>
#include <optional>
#include <span>

namespace netsane {

class SessionTransport {
public:
    // sent: whether what was to be sent is wiped behind.
    explicit SessionTransport(WireLimits limits, ByteBuffer::Contents sent = ByteBuffer::Contents::open) noexcept
        : decoder_(limits), messages_(sent), wire_out_(sent)
    {
    }

    // Shows it all messages from now on, those included that wait to be sent; it must outlive this object. nullptr:
    // none.
    void setTap(SessionTap *tap) noexcept { tap_ = tap; }
    bool isTapped() const noexcept { return tap_ != nullptr; }

    // ---- in

    // Room to receive wire bytes into; received() says how many there were.
    std::span<std::byte> receiveBuffer(std::size_t min_bytes);
    void received(std::size_t count_bytes) noexcept;

    // The peer has ended its direction: nothing more will be received.
    void endInput();

    // Gives the crypt stream what was received: for the handshake, where there are no messages yet. Its state then.
    CryptState advance();

    // The next message; valid until the next call on this object. Throws ProtocolError for what is none.
    std::optional<MessageView> nextMessage();

    // Bytes of messages that nextMessage() hasn't returned, as far as they were looked at.
    std::size_t pendingBytes() const noexcept { return decoder_.pending().size(); }

    // Overwrites the message that nextMessage() returned.
    void wipeMessage() noexcept { decoder_.wipeReturned(); }

    // ---- out

    // Messages to send are appended here.
    ByteBuffer &messages() noexcept { return messages_; }

    // The same for a whole message that stands somewhere else, without a copy where it can be encrypted from there.
    void append(std::span<const std::byte> message);

    // Forgets the messages that the crypt stream hasn't taken.
    void dropMessages() noexcept;

    // What messages() holds when output() is called next is the last; the crypt method's goodbye goes behind it.
    void endOutput() noexcept { ending_ = true; }

    // The bytes to send next. Valid until the next call that isn't const. What was sent is to be consumed there, or
    // given to sent(), which may come later.
    ByteBuffer &output();
    void sent(std::size_t count_bytes) noexcept;

    std::size_t unsentBytes() const noexcept { return messages_.size() + wire_out_.size(); }

    // ---- the crypt stream

    // Changes from clear to another stream between two messages. What messages() holds is sent in clear; bytes received
    // behind the last message returned go to the new stream.
    void switchTo(CryptStream stream);

    // True if bytes pass unchanged.
    bool isClear() const noexcept { return stream_.isPassthrough(); }
    const CryptStream &stream() const noexcept { return stream_; }
    LinkSecurity link() const;

    void setLimits(WireLimits limits) noexcept { decoder_.setLimits(limits); }
    std::size_t missingBytes() const noexcept { return decoder_.missingBytes(); }
    void shrinkIfEmpty(std::size_t keep_bytes) noexcept;

private:
    bool pumpIn();
    bool pullWire();
    void pumpOut();
    void showSent() noexcept;

    CryptStream stream_;
    FrameDecoder decoder_;
    ByteBuffer messages_;
    ByteBuffer wire_in_;  // received and not yet taken by the crypt stream
    ByteBuffer wire_out_; // from the crypt stream, or left from before a switch
    bool ending_ = false;
    SessionTap *tap_ = nullptr;
    std::size_t shown_ = 0; // bytes of messages_ that the tap has seen; always whole messages and what is left of one
};

} // namespace netsane
