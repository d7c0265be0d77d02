#include "tests/plugins/TlsTest.hxx"

#include <iostream>
#include <malloc.h>
#include <random>

namespace netsane {
namespace {

class CryptTlsData : public TlsTest {};

Bytes randomBytes(std::mt19937 &random, size_t size)
{
    Bytes bytes(size);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random()); });
    return bytes;
}

/// One direction: what is still to be written, and what has been read.
struct Flow {
    Bytes sent;
    size_t written = 0;
    Bytes received;

    void step(CryptStream &from, CryptStream &to, std::mt19937 &random)
    {
        const size_t want = std::min<size_t>(random() % 50000, sent.size() - written);
        written += from.writePlain(std::span(sent).subspan(written, want));
        Bytes space(random() % 40000 + 1);
        const size_t count = to.readPlain(space);
        received.insert(received.end(), space.begin(), space.begin() + static_cast<std::ptrdiff_t>(count));
    }
};

TEST_F(CryptTlsData, MovesMuchBothWaysInPiecesOfAnySize)
{
    std::mt19937 random(7);
    TlsPair tls = pair();
    tls.settle();
    Flow up{.sent = randomBytes(random, 3000000), .received = {}};
    Flow down{.sent = randomBytes(random, 3000000), .received = {}};
    for (int turns = 0;
         turns < 100000 && (up.received.size() < up.sent.size() || down.received.size() < down.sent.size()); ++turns) {
        up.step(tls.client, tls.server, random);
        down.step(tls.server, tls.client, random);
        tls.to_server.carry(tls.client, tls.server, random() % 30000);
        tls.to_client.carry(tls.server, tls.client, random() % 30000);
        ASSERT_LE(tls.server.pendingPlain(), 65536U);
        ASSERT_LE(tls.server.pendingWire(), 98304U);
    }
    EXPECT_TRUE(up.received == up.sent);
    EXPECT_TRUE(down.received == down.sent);
}

TEST_F(CryptTlsData, TakesNoMoreThanItsBuffersHold)
{
    TlsPair tls = pair();
    tls.settle();
    const Bytes much(1000000, std::byte{7});
    size_t written = 0;
    while (const size_t count = tls.client.writePlain(std::span(much).subspan(written)))
        written += count;
    EXPECT_GE(written, 32768U);
    EXPECT_LE(tls.client.pendingWire(), 98304U);
    for (int turns = 0; turns < 10; ++turns) {
        written += tls.client.writePlain(std::span(much).subspan(written));
        tls.to_server.carry(tls.client, tls.server, 100000);
    }
    EXPECT_LE(tls.server.pendingPlain(), 65536U);
    EXPECT_GE(tls.server.pendingPlain(), 49152U);
    EXPECT_GT(tls.to_server.bytes.size(), 100000U);
    size_t received = 0;
    for (bool moved = true; moved;) {
        received += read(tls.server).size();
        moved = tls.to_server.carry(tls.client, tls.server, 100000);
    }
    EXPECT_EQ(received, written);
}

TEST_F(CryptTlsData, EndsWithCloseNotify)
{
    TlsPair tls = pair();
    tls.settle();
    tls.server.writePlain(bytesOf("the last line"));
    tls.server.shutdown();
    tls.server.shutdown();
    EXPECT_EQ(tls.server.writePlain(bytesOf("too late")), 0U);
    tls.settle();
    EXPECT_EQ(tls.client.state(), CryptState::Closed);
    EXPECT_EQ(textOf(read(tls.client)), "the last line");
    EXPECT_EQ(tls.client.writePlain(bytesOf("too late")), 0U);
    tls.client.endWire();
    EXPECT_EQ(tls.client.state(), CryptState::Closed);
    EXPECT_EQ(tls.client.peerName(), "scanner.example");
    EXPECT_EQ(tls.server.state(), CryptState::Open);
    tls.client.shutdown();
    tls.settle();
    EXPECT_EQ(tls.server.state(), CryptState::Closed);
}

TEST_F(CryptTlsData, GoodbyeAlsoForAPeerThatHasEndedWithoutOne)
{
    TlsPair tls = pair();
    tls.settle();
    tls.server.endWire(); // the peer's direction alone
    ASSERT_EQ(tls.server.state(), CryptState::Truncated);
    tls.server.shutdown();
    tls.client.pushWire(pull(tls.server));
    EXPECT_EQ(tls.client.state(), CryptState::Closed);
}

TEST_F(CryptTlsData, ComesInAfterTheOwnGoodbye)
{
    TlsPair tls = pair();
    tls.settle();
    tls.server.shutdown();
    tls.client.writePlain(bytesOf("still here"));
    const Bytes wire = pull(tls.client); // on its way when the goodbye comes
    tls.server.pushWire(wire);
    EXPECT_EQ(textOf(read(tls.server)), "still here");
    tls.server.endWire();
    EXPECT_EQ(tls.server.state(), CryptState::Truncated);
}

TEST_F(CryptTlsData, BehindCloseNotifyIsIgnored)
{
    TlsPair tls = pair();
    tls.settle();
    tls.server.writePlain(bytesOf("end"));
    tls.server.shutdown();
    Bytes wire = pull(tls.server);
    const size_t genuine = wire.size();
    wire.resize(genuine + 100, std::byte{0x17});
    EXPECT_EQ(tls.client.pushWire(wire), genuine);
    EXPECT_EQ(tls.client.state(), CryptState::Closed);
    EXPECT_EQ(tls.client.pushWire(wire), 0U);
    EXPECT_EQ(textOf(read(tls.client)), "end");
}

TEST_F(CryptTlsData, IsNotBelievedWhenChanged)
{
    TlsPair tls = pair();
    tls.settle();
    tls.server.writePlain(bytesOf("black"));
    Bytes wire = pull(tls.server);
    wire.back() ^= std::byte{1};
    tls.client.pushWire(wire);
    EXPECT_EQ(tls.client.state(), CryptState::Error);
    EXPECT_THAT(tls.client.error(), testing::HasSubstr("bad record mac"));
    EXPECT_TRUE(read(tls.client).empty());
    EXPECT_GT(tls.client.pendingWire(), 0U) << "no alert";
    tls.settle();
    EXPECT_THAT(tls.server.error(), testing::HasSubstr("the peer refuses: "));
}

/// A short session in which `Way`s end after so many bytes. False if the bytes sufficed for all of it.
class CutSession {
public:
    CutSession(TlsPair streams, bool cut_to_client, size_t limit)
        : tls_(std::move(streams)), cut_to_client_(cut_to_client), left_(limit)
    {
    }

    bool wasCut()
    {
        settle();
        CryptStream &sender = cut_to_client_ ? tls_.server : tls_.client;
        sender.writePlain(bytesOf("one line of a picture"));
        settle();
        sender.writePlain(bytesOf("and the last"));
        sender.shutdown();
        settle();
        receiver().endWire();
        return cut_;
    }

    CryptStream &receiver() { return cut_to_client_ ? tls_.client : tls_.server; }

private:
    void settle()
    {
        for (bool moved = true; moved;) {
            moved = carry(tls_.client, tls_.server, !cut_to_client_);
            moved = carry(tls_.server, tls_.client, cut_to_client_) || moved;
        }
    }
    bool carry(CryptStream &from, CryptStream &to, bool limited)
    {
        Bytes wire = pull(from);
        const bool moved = !wire.empty();
        if (limited && wire.size() > left_) {
            cut_ = true;
            wire.resize(left_);
        }
        if (limited)
            left_ -= wire.size();
        to.pushWire(wire);
        return moved;
    }

    TlsPair tls_;
    const bool cut_to_client_;
    size_t left_;
    bool cut_ = false;
};

TEST_F(CryptTlsData, CutAnywhereIsNeverAProperEnd)
{
    const std::string whole = "one line of a pictureand the last";
    for (const bool cut_to_client : {true, false}) {
        size_t offset = 0;
        for (;; ++offset) {
            ASSERT_LT(offset, 10000U);
            CutSession session(pair(), cut_to_client, offset);
            const bool cut = session.wasCut();
            const CryptState state = session.receiver().state();
            const std::string text = textOf(read(session.receiver()));
            ASSERT_TRUE(whole.starts_with(text)) << offset;
            if (!cut) {
                EXPECT_EQ(state, CryptState::Closed);
                EXPECT_EQ(text, whole);
                break;
            }
            ASSERT_TRUE(state == CryptState::Truncated || state == CryptState::Error) << offset;
        }
        std::cout << "cut at " << offset << " offsets\n";
    }
}

#if !defined(__SANITIZE_ADDRESS__)
size_t bytesInUse()
{
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

TEST_F(CryptTlsData, IdleConnectionsNeedLittleMemory)
{
    constexpr size_t count = 200;
    std::vector<TlsPair> pairs;
    pairs.reserve(count + 1);
    pairs.push_back(pair()); // whatever is made once
    pairs.back().settle();
    const size_t before = bytesInUse();
    for (size_t i = 0; i < count; ++i) {
        pairs.push_back(pair());
        TlsPair &tls = pairs.back();
        tls.settle();
        ASSERT_EQ(tls.server.state(), CryptState::Open);
        const Bytes much(60000);
        tls.server.writePlain(much);
        tls.client.writePlain(much);
        tls.settle();
        read(tls.client);
        read(tls.server);
        tls.to_client.bytes = Bytes();
        tls.to_server.bytes = Bytes();
    }
    const size_t both = (bytesInUse() - before) / count;
    for (TlsPair &tls : pairs)
        tls.client = CryptStream();
    const size_t server_only = (bytesInUse() - before) / count;
    std::cout << "an idle connection: " << server_only << " bytes in the server, " << both - server_only
              << " in the client\n";
    EXPECT_LT(server_only, 32768U);
    EXPECT_LT(both - server_only, 65536U + 32768U); // a client keeps a block
}
#endif

} // namespace
} // namespace netsane
