// A connection to a server on which every step of the protocol can be seen: messages in and out, in clear and then
// through a crypt method.
//
// Owned by a probe, one thread. Functions block until the deadline and throw ProbeError; ProtocolError for a message
// that breaks the framing.
#pragma once

#include "crypt/CryptStream.hxx"
#include "os/UniqueFd.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/FrameDecoder.hxx"

#include <chrono>
#include <stdexcept>
#include <string>

namespace netsane {

// What ends a probe, and what to do about it.
class ProbeError : public std::runtime_error {
public:
    ProbeError(const std::string &what, std::string advice) : std::runtime_error(what), advice_(std::move(advice)) {}

    const std::string &advice() const noexcept { return advice_; }

private:
    std::string advice_;
};

class ProbeLink {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // socket: connected, non-blocking.
    explicit ProbeLink(UniqueFd socket) : socket_(std::move(socket)) {}

    // Messages to send are appended here; they go out with the next receive() or encrypt().
    ByteBuffer &out() noexcept { return plain_out_; }

    // Sends and waits for the next message, which is valid until the next call.
    MessageView receive(TimePoint deadline);

    // From now on a message may be a list of devices; until then it is at most 4 KiB (protocol.md §9).
    void allowLists() noexcept { decoder_.setLimits(limits_after_login); }

    // What out() holds goes out in clear; behind it everything goes through the method. Returns when its handshake is
    // done.
    void encrypt(const Method &method, const CryptParameters &parameters, TimePoint deadline);

    const CryptStream &stream() const noexcept { return stream_; }

    // The last words: QUIT and the method's goodbye, as far as they can be sent at once.
    void close() noexcept;

private:
    bool encrypted() const noexcept { return !stream_.isPassthrough(); }
    void pumpOut();
    void pumpIn();
    bool sendSome();
    void exchange(TimePoint deadline);
    void receiveSome();
    void checkStream() const;

    UniqueFd socket_;
    CryptStream stream_;
    FrameDecoder decoder_{limits_before_login};
    ByteBuffer plain_out_;
    ByteBuffer wire_out_;
    ByteBuffer wire_in_; // received and not yet taken by the stream
    bool ended_ = false;
};

} // namespace netsane
