// The switch of crypto methods on the server's side: the rules of protocol.md §5, each as an attack.

#include "FakeServerHost.hxx"
#include "TestMethods.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ServerSession.hxx"
#include "wire/ProtocolError.hxx"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsane {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t flip_id = 0x8001;

MethodDescription serverDescription(std::uint32_t id, std::uint32_t flags)
{
    auto description = test::cryptDescription(id);
    description.crypt_server = description.crypt_client;
    description.flags = flags;
    return description;
}

const test::TestMethod flip(serverDescription(flip_id, 0));
const test::TestMethod none(serverDescription(crypt_method_none, NETSANE_FLAG_PASSTHROUGH));

std::vector<std::byte> flipped(std::span<const std::byte> bytes)
{
    std::vector<std::byte> out(bytes.begin(), bytes.end());
    for (auto &byte : out)
        byte ^= std::byte{0x55};
    return out;
}

class ServerCryptTest : public testing::Test {
protected:
    void begin(std::vector<const Method *> methods = {&flip, &none})
    {
        session =
            std::make_unique<ServerSession>(settings, std::move(methods), PeerInfo{"192.0.2.1", false}, host, now);
    }

    void send(std::span<const std::byte> bytes)
    {
        const auto room = session->receiveBuffer(bytes.size());
        std::memcpy(room.data(), bytes.data(), bytes.size());
        session->received(bytes.size(), now);
    }
    void send(const ByteBuffer &bytes) { send(bytes.data()); }

    static ByteBuffer choice(std::uint32_t method)
    {
        ByteBuffer out;
        encodeCryptReply(out, method);
        return out;
    }
    static ByteBuffer bare(Command command)
    {
        ByteBuffer out;
        encodeBare(out, command);
        return out;
    }

    static std::vector<Command> commandsIn(std::span<const std::byte> bytes)
    {
        std::vector<Command> list;
        FrameDecoder decoder(limits_after_login);
        decoder.push(bytes);
        while (const auto message = decoder.next())
            list.push_back(static_cast<Command>(message->command));
        EXPECT_TRUE(decoder.pending().empty());
        return list;
    }
    std::vector<Command> sentClear()
    {
        const auto list = commandsIn(session->output().data());
        session->output().clear();
        return list;
    }
    std::vector<Command> sentFlipped()
    {
        const auto list = commandsIn(flipped(session->output().data()));
        session->output().clear();
        return list;
    }

    SessionSettings settings;
    FakeServerHost host;
    SessionTime now = SessionTime() + std::chrono::hours(1);
    std::unique_ptr<ServerSession> session;
};

TEST_F(ServerCryptTest, AsksRightBehindTheGreeting)
{
    begin();
    EXPECT_THAT(sentClear(), ElementsAre(Command::hello, Command::crypt_request));
}

TEST_F(ServerCryptTest, DoesNotAskWhereThereIsNoChoice)
{
    begin({&none});
    EXPECT_THAT(sentClear(), ElementsAre(Command::hello));
}

TEST_F(ServerCryptTest, RequestsBeforeTheChoiceAreErrors)
{
    for (const Command command : {Command::init, Command::get_devices, Command::user, Command::pass_reply}) {
        begin();
        EXPECT_THROW(send(bare(command)), ProtocolError) << static_cast<std::uint32_t>(command);
    }
}

TEST_F(ServerCryptTest, AChoiceNotOfferedIsAnError)
{
    begin({&flip});
    EXPECT_THROW(send(choice(crypt_method_none)), ProtocolError);
    begin();
    EXPECT_THROW(send(choice(7)), ProtocolError);
}

TEST_F(ServerCryptTest, EverythingAfterTheChoiceGoesThroughTheMethod)
{
    begin();
    sentClear();
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello)) << "greets again, without asking again";
    send(flipped(bare(Command::init).data()));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::init));
}

TEST_F(ServerCryptTest, ChoiceAndFirstBytesOfTheMethodInOneSegment)
{
    begin();
    sentClear();
    ByteBuffer segment = choice(flip_id);
    segment.append(flipped(bare(Command::init).data()));
    send(segment);
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::init));
}

TEST_F(ServerCryptTest, TheSameOneByteAtATime)
{
    begin();
    sentClear();
    ByteBuffer segment = choice(flip_id);
    segment.append(flipped(bare(Command::init).data()));
    for (const std::byte byte : segment.data())
        send(std::span(&byte, 1));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::init));
}

TEST_F(ServerCryptTest, AClearCommandInTheSegmentOfTheChoiceNeverRuns)
{
    begin();
    sentClear();
    ByteBuffer segment = choice(flip_id);
    segment.append(bare(Command::get_devices).data());
    EXPECT_THROW(send(segment), ProtocolError);
    EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(ServerCryptTest, TheGreetingInClearStaysClearWhenTheChoiceComesBeforeItWasSent)
{
    begin();
    send(choice(flip_id));
    const auto bytes = session->output().data();
    FrameDecoder decoder(limits_after_login);
    decoder.push(bytes);
    ASSERT_TRUE(decoder.next());
    ASSERT_TRUE(decoder.next());
    EXPECT_THAT(commandsIn(flipped(decoder.pending())), ElementsAre(Command::hello));
}

TEST_F(ServerCryptTest, NoneIsChosenLikeAnyOther)
{
    begin();
    sentClear();
    send(choice(crypt_method_none));
    EXPECT_THAT(sentClear(), ElementsAre(Command::hello));
    send(bare(Command::init));
    EXPECT_THAT(sentClear(), ElementsAre(Command::init));
    EXPECT_THROW(send(choice(crypt_method_none)), ProtocolError) << "nobody asked again";
}

TEST_F(ServerCryptTest, TheClientsExtensionsAreForgotten)
{
    settings.auth_methods = {{1, 0, "test"}};
    settings.login_at_connect = true;
    begin();
    ByteBuffer hello;
    encodeHello(hello, {"me", 1, {extension_login_note}});
    send(hello);
    sentClear();
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::user));
    ByteBuffer user;
    encodeUser(user, "alice");
    send(flipped(user.data()));
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(sentFlipped(), IsEmpty()) << "no WELC for an extension announced in clear";
}

TEST_F(ServerCryptTest, PasswordsThatMustNotBeSeenAreAskedForUnderEncryptionOnly)
{
    settings.auth_methods = {{1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY, "unix"}};
    settings.login_at_connect = true;
    begin();
    sentClear();
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::user));
    begin();
    sentClear();
    send(choice(crypt_method_none));
    EXPECT_THAT(sentClear(), ElementsAre(Command::hello, Command::fail));
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerCryptTest, AClientThatNeverChoosesIsLate)
{
    begin();
    sentClear();
    ByteBuffer hello;
    encodeHello(hello, {"me", 1, {}});
    send(hello);
    now += settings.login_timeout;
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
}

} // namespace
} // namespace netsane
