#include "device/ChannelWriter.hxx"
#include "os/Socket.hxx"
#include "wire/FrameDecoder.hxx"

#include <gtest/gtest.h>

#include <sys/socket.h>

namespace netsane::test {

TEST(ChannelWriter, SendsMessagesThenDataInPieces)
{
    const auto pair = streamSocketPair();
    const int small = 4096;
    ::setsockopt(pair.first.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    std::vector<std::byte> data(300000);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::byte>(i % 253);

    ChannelWriter writer(pair.first.get());
    encodeStatusTextReply(writer.messages(), "before");
    writer.startData(data);
    FrameDecoder decoder(limits_after_login);
    int blocked = 0;
    bool is_sent = false;
    while (!is_sent) {
        is_sent = writer.flush();
        blocked += !is_sent;
        const auto room = decoder.prepare(1 << 20);
        const ssize_t received = ::recv(pair.second.get(), room.data(), room.size(), MSG_DONTWAIT);
        ASSERT_GT(received, 0);
        decoder.commit(static_cast<std::size_t>(received));
    }
    EXPECT_GT(blocked, 1);
    EXPECT_TRUE(writer.isIdle());
    auto message = decoder.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(decodeStatusTextReply(*message), "before");
    message = decoder.next();
    ASSERT_TRUE(message);
    const auto reply = decodeReadReply(*message);
    EXPECT_TRUE(std::equal(reply.data.begin(), reply.data.end(), data.begin(), data.end()));
    EXPECT_TRUE(decoder.pending().empty());
}

TEST(ChannelWriter, ThrowsWhenThePeerIsGone)
{
    auto pair = streamSocketPair();
    pair.second.reset();
    ChannelWriter writer(pair.first.get());
    encodeStatusTextReply(writer.messages(), "x");
    EXPECT_THROW(writer.flush(), std::system_error);
}

} // namespace netsane::test
