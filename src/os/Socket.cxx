#include "os/Socket.hxx"

#include "os/Error.hxx"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>

namespace netsane {

namespace {

void setFlag(int fd, int get, int set, int flag, bool on, const char *what)
{
    const int flags = ::fcntl(fd, get);
    if (flags < 0)
        throwErrno(what);
    const int wanted = on ? flags | flag : flags & ~flag;
    if (wanted != flags && ::fcntl(fd, set, wanted) < 0)
        throwErrno(what);
}

std::pair<UniqueFd, UniqueFd> socketPair(int type)
{
    int fds[2];
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) != 0)
        throwErrno("make a socketpair");
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Room for the descriptors of one packet, aligned as CMSG_FIRSTHDR needs it.
union ControlBlock {
    cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * max_packet_fds)];
};

} // namespace

void setNonBlocking(int fd, bool non_blocking)
{
    setFlag(fd, F_GETFL, F_SETFL, O_NONBLOCK, non_blocking, "set O_NONBLOCK");
}

void setCloseOnExec(int fd, bool close_on_exec)
{
    setFlag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, close_on_exec, "set FD_CLOEXEC");
}

void setNoDelay(int fd) noexcept
{
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void setKeepAlive(int fd, unsigned seconds) noexcept
{
    const int on = 1;
    const int idle = static_cast<int>(seconds) / 3 + 1;
    const int count = 3;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof idle);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

std::optional<uid_t> peerUser(int fd) noexcept
{
    int family = 0;
    socklen_t size = sizeof family;
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0 || family != AF_UNIX)
        return std::nullopt; // SO_PEERCRED answers for every family
    ucred credentials{};
    size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return credentials.uid;
}

std::pair<UniqueFd, UniqueFd> streamSocketPair()
{
    return socketPair(SOCK_STREAM);
}

std::pair<UniqueFd, UniqueFd> packetSocketPair()
{
    auto pair = socketPair(SOCK_SEQPACKET);
    // The kernel doubles the value for its bookkeeping; a packet has to fit whole.
    const int size = static_cast<int>(2 * max_packet_bytes);
    for (const int fd : {pair.first.get(), pair.second.get()}) {
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    return pair;
}

bool sendPacket(int fd, std::span<const std::byte> bytes, std::span<const int> fds)
{
    if (bytes.empty() || bytes.size() > max_packet_bytes || fds.size() > max_packet_fds)
        throw std::length_error("packet of " + std::to_string(bytes.size()) + " bytes and " +
                                std::to_string(fds.size()) + " descriptors");
    iovec part{const_cast<std::byte *>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ControlBlock control{};
    if (!fds.empty()) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
        cmsghdr *const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
        std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
    }
    for (;;) {
        if (::sendmsg(fd, &message, MSG_NOSIGNAL) >= 0)
            return true;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            throwErrno("send a packet");
    }
}

ReceiveResult receivePacket(int fd, Packet &packet)
{
    packet.fds.clear();
    packet.fds_lost = false;
    packet.bytes.resize(max_packet_bytes);
    iovec part{packet.bytes.data(), packet.bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ControlBlock control{};
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    // An end that left packets unread is told once as ECONNRESET, ahead of the last packets it has sent.
    int resets = 0;
    ssize_t received;
    do {
        received = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0)));
    if (received < 0) {
        packet.bytes.clear();
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return ReceiveResult::would_block;
        if (errno == ECONNRESET)
            return ReceiveResult::end;
        throwErrno("receive a packet");
    }
    for (cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int received_fd;
            std::memcpy(&received_fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            packet.fds.emplace_back(received_fd);
        }
    }
    packet.bytes.resize(static_cast<std::size_t>(received));
    if (received == 0)
        return ReceiveResult::end;
    if ((message.msg_flags & MSG_TRUNC) != 0)
        throw std::length_error("packet cut short");
    // The bytes are whole: whoever has run out of descriptors can still say no to what they ask for.
    packet.fds_lost = (message.msg_flags & MSG_CTRUNC) != 0;
    if (packet.fds_lost)
        packet.fds.clear();
    return ReceiveResult::packet;
}

} // namespace netsane
