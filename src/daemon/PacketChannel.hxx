// One end of a SOCK_SEQPACKET pair between two processes of the daemon, on the event loop.
//
// Owned by whoever talks to the other process. Packets that the kernel has no room for are queued. The callbacks are
// called from the loop, never from send(), and may destroy the channel; a ProtocolError that on_message throws, a
// malformed packet and the end of the other process all end in on_end, once, after which nothing is sent or received
// any more.
#pragma once

#include "event/Watch.hxx"
#include "os/Socket.hxx"
#include "os/UniqueFd.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace netsane {

class PacketChannel {
public:
    using OnMessage = std::function<void(MessageView, std::vector<UniqueFd> &)>;
    using OnEnd = std::function<void(const std::string &reason)>;

    // Makes the socket non-blocking.
    PacketChannel(EventLoop &loop, UniqueFd socket, OnMessage on_message, OnEnd on_end);
    ~PacketChannel();
    PacketChannel(const PacketChannel &) = delete;
    PacketChannel &operator=(const PacketChannel &) = delete;

    // Sends a message with descriptors, which are closed on this side once they are on their way. A message over
    // max_packet_bytes is dropped. What is kept is overwritten afterwards: it may hold a password.
    void send(const ByteBuffer &message, std::vector<UniqueFd> fds = {});

    // Waits until everything is sent; for a last word before exiting. Blocks for at most a second.
    void drain() noexcept;

private:
    struct Waiting {
        std::vector<std::byte> bytes;
        std::vector<UniqueFd> fds;
    };

    void readable();
    void flush();
    void dropWaiting() noexcept;
    void end(const std::string &reason);

    UniqueFd socket_;
    OnMessage on_message_;
    OnEnd on_end_;
    std::deque<Waiting> waiting_;
    bool ended_ = false;
    FdWatch watch_; // last: must go before the socket
};

} // namespace netsane
