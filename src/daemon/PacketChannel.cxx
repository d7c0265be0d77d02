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
constexpr int max_packets_per_turn = 16;

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
    if (destroyed_)
        *destroyed_ = true;
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
        waiting_.clear();
        ::shutdown(socket_.get(), SHUT_RDWR);
    }
    watch_.wantWrite(!waiting_.empty());
}

void PacketChannel::readable()
{
    struct Mark {
        PacketChannel &channel;
        bool destroyed = false;
        ~Mark()
        {
            if (!destroyed)
                channel.destroyed_ = nullptr;
        }
    } mark{*this};
    destroyed_ = &mark.destroyed;
    // A few packets a turn, so that one busy peer doesn't keep the others waiting.
    for (int i = 0; i < max_packets_per_turn && receiveOne(mark.destroyed); ++i)
        ;
}

// False when there is no more for now, or the channel is gone.
bool PacketChannel::receiveOne(const bool &destroyed)
{
    std::string reason;
    try {
        Packet packet;
        const auto result = receivePacket(socket_.get(), packet);
        if (result == ReceiveResult::would_block)
            return false;
        if (result == ReceiveResult::end)
            throw ProtocolError("end of file");
        const OnMessage on_message = on_message_; // may destroy this
        on_message(viewMessage(packet.bytes, packet_limits), packet.fds);
        wipe(packet.bytes);
        return !destroyed && !ended_;
    } catch (const ProtocolError &error) {
        reason = error.what();
    } catch (const std::system_error &error) {
        reason = error.what();
    } catch (const std::length_error &error) {
        reason = error.what();
    }
    if (!destroyed)
        end(reason);
    return false;
}

void PacketChannel::end(const std::string &reason)
{
    if (std::exchange(ended_, true))
        return;
    watch_.wantRead(false);
    watch_.wantWrite(false);
    waiting_.clear();
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
