#include "protocol/ConnectionMessages.hxx"
#include "session/SessionTransport.hxx"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace netsane {

namespace {

struct Seen final : SessionTap {
    std::vector<std::byte> sent_bytes;
    std::vector<std::byte> received_bytes;
    void sent(std::span<const std::byte> messages) noexcept override
    {
        sent_bytes.insert(sent_bytes.end(), messages.begin(), messages.end());
    }
    void received(std::span<const std::byte> message) noexcept override
    {
        received_bytes.insert(received_bytes.end(), message.begin(), message.end());
    }
    void switched(bool) noexcept override {}
};

std::vector<std::byte> takeOutput(SessionTransport &transport, std::size_t at_a_time)
{
    std::vector<std::byte> wire;
    for (;;) {
        ByteBuffer &out = transport.output();
        if (out.empty())
            return wire;
        const auto count = std::min(at_a_time, out.size());
        wire.insert(wire.end(), out.data().begin(), out.data().begin() + static_cast<std::ptrdiff_t>(count));
        transport.sent(count);
    }
}

} // namespace

TEST(TransportTap, SeesEachByteOnceHoweverItIsSent)
{
    for (const std::size_t at_a_time : {1U, 7U, 1000U}) {
        Seen seen;
        SessionTransport transport(limits_after_login);
        encodeHello(transport.messages(), {"before the tap", 1, {}});
        transport.setTap(&seen);
        std::vector<std::byte> wire;
        for (int i = 0; i < 5; ++i) {
            encodeBare(transport.messages(), Command::init);
            const auto some = takeOutput(transport, at_a_time);
            wire.insert(wire.end(), some.begin(), some.end());
            ByteBuffer message;
            encodeHello(message, {"appended", 1, {}});
            transport.append(message.data());
            encodeBare(transport.messages(), Command::exit);
        }
        const auto rest = takeOutput(transport, at_a_time);
        wire.insert(wire.end(), rest.begin(), rest.end());
        EXPECT_EQ(seen.sent_bytes, wire);
    }
}

TEST(TransportTap, SeesMessagesAsTheyAreTaken)
{
    Seen seen;
    SessionTransport transport(limits_after_login);
    transport.setTap(&seen);
    ByteBuffer two;
    encodeBare(two, Command::init);
    const std::size_t first = two.size();
    encodeBare(two, Command::exit);
    const auto room = transport.receiveBuffer(two.size());
    std::copy(two.data().begin(), two.data().end(), room.begin());
    transport.received(two.size() - 1);
    EXPECT_TRUE(transport.nextMessage());
    EXPECT_EQ(seen.received_bytes.size(), first);
    EXPECT_FALSE(transport.nextMessage());
    EXPECT_EQ(seen.received_bytes.size(), first);
    transport.received(1);
    EXPECT_TRUE(transport.nextMessage());
    EXPECT_TRUE(std::ranges::equal(seen.received_bytes, two.data()));
}

} // namespace netsane
