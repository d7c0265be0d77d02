#include "daemon/PacketChannel.hxx"

#include "os/SecureMemory.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <exception>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace netsane {

namespace {

constexpr WireLimits packet_limits{max_packet_bytes, max_packet_bytes};

std::vector<int> numbers(const std::vector<UniqueFd> &fds)
{
    std::vector<int> list;
    for (const auto &fd : fds)
        list.push_back(fd.get());
    return list;
}

} // namespace

PacketChannel::PacketChannel(EventLoop &loop, UniqueFd socket, OnMessage on_message, OnEnd on_end)
    : socket_(std::move(socket)),
      on_message_(std::move(on_message)),
      on_end_(std::move(on_end)),
      watch_(
          loop, socket_.get(), [this] { readable(); }, [this] { flush(); })
{
    setNonBlocking(socket_.get(), true);
    watch_.wantRead(true);
}

PacketChannel::~PacketChannel()
{
    dropWaiting();
}

void PacketChannel::dropWaiting() noexcept
{
    for (auto &packet : waiting_)
        wipe(packet.bytes);
    waiting_.clear();
}

void PacketChannel::send(const ByteBuffer &message, std::vector<UniqueFd> fds)
{
    const auto bytes = message.data();
    if (ended_ || bytes.size() > max_packet_bytes)
        return;
    waiting_.push_back({{bytes.begin(), bytes.end()}, std::move(fds)});
    // An error here shows up as an end when the loop reads: on_end_ must not be called from within send().
    if (waiting_.size() == 1)
        flush();
}

void PacketChannel::flush()
{
    try {
        while (!waiting_.empty()) {
            const auto fds = numbers(waiting_.front().fds);
            if (!sendPacket(socket_.get(), waiting_.front().bytes, fds))
                break;
            wipe(waiting_.front().bytes);
            waiting_.pop_front();
        }
    } catch (const std::system_error &) {
        // A packet lost would leave the two processes with different ideas of the world: the channel ends, which
        // reading finds out.
        dropWaiting();
        ::shutdown(socket_.get(), SHUT_RDWR);
    }
    watch_.wantWrite(!waiting_.empty());
}

// One packet a turn: the callback may destroy this, and one busy peer doesn't keep the others waiting.
void PacketChannel::readable()
{
    try {
        Packet packet;
        const auto result = receivePacket(socket_.get(), packet);
        if (result == ReceiveResult::would_block)
            return;
        if (result == ReceiveResult::end)
            return end("end of file");
        const OnMessage on_message = on_message_;
        on_message(viewMessage(packet.bytes, packet_limits), packet.fds);
        wipe(packet.bytes);
    } catch (const ProtocolError &error) { // not thrown by a callback that has destroyed this
        end(error.what());
    } catch (const std::system_error &error) {
        end(error.what());
    } catch (const std::length_error &error) {
        end(error.what());
    }
}

void PacketChannel::end(const std::string &reason)
{
    if (std::exchange(ended_, true))
        return;
    watch_.wantRead(false);
    watch_.wantWrite(false);
    dropWaiting();
    const OnEnd on_end = on_end_; // may destroy this
    on_end(reason);
}

void PacketChannel::drain() noexcept
{
    try {
        for (int i = 0; i < 10 && !ended_ && !waiting_.empty(); ++i) {
            pollfd wait{socket_.get(), POLLOUT, 0};
            ::poll(&wait, 1, 100);
            flush();
        }
    } catch (const std::exception &) {
        // nothing to be done about a last word that can't be said
    }
}

} // namespace netsane
