// The session process's end of the stream to one device process.
//
// Owned by a ClientConnection. Requests are buffered when the kernel has no room; replies are read only when the
// connection wants the next one, so that a slow client slows its device down and nothing piles up here.
#pragma once

#include "event/Watch.hxx"
#include "os/UniqueFd.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/FrameDecoder.hxx"

#include <functional>
#include <optional>
#include <span>

namespace netsane {

class DeviceStream {
public:
    // on_readable is called from the loop while wantRead(true) is in force.
    DeviceStream(EventLoop &loop, UniqueFd socket, std::function<void()> on_readable);

    // Buffered until flush(), so that requests that came together travel together.
    void send(std::span<const std::byte> bytes);
    void flush();

    // Reads what is there. False at the end of the stream or when it is broken.
    bool receive();

    // The next message that has been read; valid until the next call. Throws ProtocolError.
    std::optional<MessageView> next() { return decoder_.next(); }

    std::size_t unsentBytes() const noexcept { return out_.size(); }

    void wantRead(bool wanted) { watch_.wantRead(wanted); }

    // Closes the stream: the device process closes its device and ends.
    void close();

private:
    UniqueFd socket_;
    FrameDecoder decoder_{limits_after_login};
    ByteBuffer out_;
    FdWatch watch_; // last: must go before the socket
};

} // namespace netsane
