// Sockets and socketpairs: creating them, flags, descriptors passed along with bytes.
//
// Stateless functions; those that throw, throw std::system_error. Nothing blocks unless the descriptor is blocking.
// Everything is created close-on-exec. Sends never raise SIGPIPE.
#pragma once

#include "os/UniqueFd.hxx"

#include <cstddef>
#include <optional>
#include <span>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace netsane {

void setNonBlocking(int fd, bool non_blocking);
void setCloseOnExec(int fd, bool close_on_exec);

// TCP_NODELAY; does nothing on sockets that aren't TCP.
void setNoDelay(int fd) noexcept;

// SO_KEEPALIVE with short times, so that a peer that vanished is noticed while nothing is sent; TCP only. For the time
// when something is, see hasPeerVanished().
void setKeepAlive(int fd, unsigned seconds) noexcept;

// The user at the other end of a unix socket when it was connected (SO_PEERCRED); nothing for other sockets.
std::optional<uid_t> peerUser(int fd) noexcept;

// Two connected unix sockets. Blocking.
std::pair<UniqueFd, UniqueFd> streamSocketPair();
std::pair<UniqueFd, UniqueFd> packetSocketPair(); // SOCK_SEQPACKET: one send is one receive

// The most bytes and descriptors that one packet carries.
inline constexpr std::size_t max_packet_bytes = 128 * 1024;
inline constexpr std::size_t max_packet_fds = 16;

struct Packet {
    std::vector<std::byte> bytes;
    std::vector<UniqueFd> fds;
    // Descriptors were sent that didn't arrive: this process has none left, or they were too many. fds is empty then.
    bool fds_lost = false;
};

// One packet on a SOCK_SEQPACKET socket. False when the socket is full (EAGAIN); throws on other errors.
bool sendPacket(int fd, std::span<const std::byte> bytes, std::span<const int> fds);

enum class ReceiveResult { packet, would_block, end };

// The next packet. Descriptors arrive close-on-exec. Throws on errors, and std::length_error on bytes cut short.
ReceiveResult receivePacket(int fd, Packet &packet);

} // namespace netsane
