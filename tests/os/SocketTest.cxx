#include "os/Socket.hxx"

#include <gtest/gtest.h>

#include "../util/Hex.hxx"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

using namespace netsane;

namespace {

bool isOpen(int fd)
{
    return ::fcntl(fd, F_GETFD) >= 0;
}

} // namespace

TEST(UniqueFd, ClosesWhatItOwns)
{
    int raw;
    {
        const UniqueFd fd(::dup(0));
        raw = fd.get();
        ASSERT_TRUE(isOpen(raw));
    }
    EXPECT_FALSE(isOpen(raw));
}

TEST(UniqueFd, MovesAndReleases)
{
    UniqueFd first(::dup(0));
    const int raw = first.get();
    UniqueFd second(std::move(first));
    EXPECT_FALSE(first); // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_EQ(second.get(), raw);
    UniqueFd third(::dup(0));
    const int replaced = third.get();
    third = std::move(second);
    EXPECT_FALSE(isOpen(replaced));
    EXPECT_EQ(third.release(), raw);
    EXPECT_FALSE(third);
    EXPECT_TRUE(isOpen(raw));
    ::close(raw);
}

TEST(UniqueFd, KeepsErrno)
{
    UniqueFd fd(1'000'000); // closing it fails with EBADF
    errno = EINTR;
    fd.reset();
    EXPECT_EQ(errno, EINTR);
}

TEST(Socket, SetsFlags)
{
    const auto pair = streamSocketPair();
    EXPECT_NE(::fcntl(pair.first.get(), F_GETFD) & FD_CLOEXEC, 0);
    setNonBlocking(pair.first.get(), true);
    EXPECT_NE(::fcntl(pair.first.get(), F_GETFL) & O_NONBLOCK, 0);
    setNonBlocking(pair.first.get(), false);
    EXPECT_EQ(::fcntl(pair.first.get(), F_GETFL) & O_NONBLOCK, 0);
    setCloseOnExec(pair.first.get(), false);
    EXPECT_EQ(::fcntl(pair.first.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_THROW(setNonBlocking(-1, true), std::system_error);
}

TEST(Packet, IsReceivedAsItWasSent)
{
    const auto pair = packetSocketPair();
    ASSERT_TRUE(sendPacket(pair.first.get(), toBytes("first"), {}));
    ASSERT_TRUE(sendPacket(pair.first.get(), toBytes("second one"), {}));
    Packet packet;
    ASSERT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_EQ(packet.bytes, toBytes("first"));
    EXPECT_TRUE(packet.fds.empty());
    ASSERT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_EQ(packet.bytes, toBytes("second one"));
}

TEST(Packet, CarriesTheMostBytesAndDescriptors)
{
    const auto pair = packetSocketPair();
    setNonBlocking(pair.first.get(), true); // room for it must be there without a reader
    std::array<UniqueFd, max_packet_fds> pipes;
    std::array<int, max_packet_fds> fds;
    std::array<UniqueFd, max_packet_fds> write_ends;
    for (std::size_t i = 0; i < max_packet_fds; ++i) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        pipes[i].reset(ends[0]);
        write_ends[i].reset(ends[1]);
        fds[i] = ends[1];
    }
    const std::vector<std::byte> bytes(max_packet_bytes, std::byte{0x5a});
    ASSERT_TRUE(sendPacket(pair.first.get(), bytes, fds));
    Packet packet;
    ASSERT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_EQ(packet.bytes, bytes);
    ASSERT_EQ(packet.fds.size(), max_packet_fds);
    for (std::size_t i = 0; i < max_packet_fds; ++i) {
        EXPECT_NE(::fcntl(packet.fds[i].get(), F_GETFD) & FD_CLOEXEC, 0);
        const char sent = static_cast<char>('a' + i);
        ASSERT_EQ(::write(packet.fds[i].get(), &sent, 1), 1);
        char got = 0;
        ASSERT_EQ(::read(pipes[i].get(), &got, 1), 1);
        EXPECT_EQ(got, sent) << "in the order they were sent";
    }
}

TEST(Packet, OverTheLimitIsRefusedBySender)
{
    const auto pair = packetSocketPair();
    const std::array<int, max_packet_fds + 1> fds{};
    EXPECT_THROW(sendPacket(pair.first.get(), {}, {}), std::length_error);
    EXPECT_THROW(sendPacket(pair.first.get(), std::vector<std::byte>(max_packet_bytes + 1), {}), std::length_error);
    EXPECT_THROW(sendPacket(pair.first.get(), toBytes("x"), fds), std::length_error);
}

TEST(Packet, CutShortIsAnError)
{
    const auto pair = packetSocketPair();
    const std::vector<std::byte> bytes(max_packet_bytes + 1);
    ASSERT_EQ(::send(pair.first.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    Packet packet;
    EXPECT_THROW(receivePacket(pair.second.get(), packet), std::length_error);
}

TEST(Packet, TooManyDescriptorsAreLostAndLeakNothing)
{
    const auto pair = packetSocketPair();
    Packet packet;
    // More descriptors than there is room for: the kernel passes what fits.
    const std::size_t count = max_packet_fds + 3;
    char byte = 'x';
    iovec part{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * count)] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr *const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count); // all of them descriptor 0
    const UniqueFd lowest_before(::dup(0));
    const int next_free = lowest_before.get() + 1;
    ASSERT_EQ(::sendmsg(pair.first.get(), &message, 0), 1);
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_TRUE(packet.fds_lost);
    EXPECT_TRUE(packet.fds.empty());
    EXPECT_FALSE(isOpen(next_free));
}

TEST(Packet, ComesWithoutItsDescriptorsToAProcessThatHasNoneLeft)
{
    const auto pair = packetSocketPair();
    const std::array<int, 1> fds{pair.first.get()};
    ASSERT_TRUE(sendPacket(pair.first.get(), toBytes("first"), fds));
    ASSERT_TRUE(sendPacket(pair.first.get(), toBytes("second"), fds));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const UniqueFd lowest_free(::dup(0));
    const rlimit none_left{static_cast<rlim_t>(lowest_free.get() + 1), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
    Packet packet;
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_TRUE(packet.fds_lost);
    EXPECT_TRUE(packet.fds.empty());
    EXPECT_EQ(packet.bytes, toBytes("first"));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_FALSE(packet.fds_lost);
    EXPECT_EQ(packet.fds.size(), 1U);
}

TEST(Socket, KnowsTheUserAtTheOtherEndOfAUnixSocketOnly)
{
    const auto pair = streamSocketPair();
    EXPECT_EQ(peerUser(pair.first.get()), ::geteuid());
    const UniqueFd inet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(peerUser(inet.get()), std::nullopt);
    EXPECT_EQ(peerUser(-1), std::nullopt);
}

TEST(Packet, OfAnEndThatReadNothingIsNotLost)
{
    auto pair = packetSocketPair();
    ASSERT_TRUE(sendPacket(pair.second.get(), toBytes("not read"), {}));
    ASSERT_TRUE(sendPacket(pair.first.get(), toBytes("last word"), {}));
    pair.first.reset();
    Packet packet;
    ASSERT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    EXPECT_EQ(packet.bytes, toBytes("last word"));
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::end);
}

TEST(Packet, SaysWouldBlockAndEnd)
{
    auto pair = packetSocketPair();
    setNonBlocking(pair.first.get(), true);
    setNonBlocking(pair.second.get(), true);
    Packet packet;
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::would_block);
    const std::vector<std::byte> bytes(max_packet_bytes);
    int sent = 0;
    while (sent < 1000 && sendPacket(pair.first.get(), bytes, {}))
        ++sent;
    EXPECT_GE(sent, 1);
    EXPECT_LT(sent, 1000) << "a full socket says so";
    for (int i = 0; i < sent; ++i)
        EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::packet);
    pair.first.reset();
    EXPECT_EQ(receivePacket(pair.second.get(), packet), ReceiveResult::end);
    EXPECT_THROW(sendPacket(pair.second.get(), toBytes("x"), {}), std::system_error) << "and no SIGPIPE";
}
