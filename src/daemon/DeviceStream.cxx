#include "daemon/DeviceStream.hxx"

#include "os/Socket.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

// A reply to a READ of 64 KiB with its header, and a bit.
constexpr std::size_t receive_bytes = 65 * 1024;

} // namespace

DeviceStream::DeviceStream(EventLoop &loop, UniqueFd socket, std::function<void()> on_readable)
    : socket_(std::move(socket)), watch_(loop, socket_.get(), std::move(on_readable), [this] { flush(); })
{
    setNonBlocking(socket_.get(), true);
}

void DeviceStream::send(std::span<const std::byte> bytes)
{
    out_.append(bytes);
}

void DeviceStream::flush()
{
    if (!socket_)
        return;
    while (!out_.empty()) {
        const ssize_t sent = ::send(socket_.get(), out_.data().data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN)
            out_.clear(); // the process is gone; reading says so
        if (sent < 0)
            break;
        out_.consume(static_cast<std::size_t>(sent));
    }
    watch_.wantWrite(!out_.empty());
}

bool DeviceStream::receive()
{
    const std::size_t wanted = std::max(receive_bytes, decoder_.missingBytes());
    const auto room = decoder_.prepare(wanted).first(wanted); // not all there is: a slow client's waits in the kernel
    ssize_t got;
    do {
        got = ::recv(socket_.get(), room.data(), room.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN;
    decoder_.commit(static_cast<std::size_t>(got));
    return got != 0;
}

void DeviceStream::close()
{
    watch_.wantRead(false);
    watch_.wantWrite(false);
    // The descriptor itself goes with the object: the watch's events still name it.
    ::shutdown(socket_.get(), SHUT_RDWR);
}

} // namespace netsane
