// The switch of crypto methods on the server's side: the rules of protocol.md §5, each as an attack.

#include "FakeServerHost.hxx"
#include "TestMethods.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ServerSession.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
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

TEST_F(ServerCryptTest, AMethodThatFailsWhenItIsToSendEndsTheSession)
{
    auto description = serverDescription(flip_id, 0);
    description.crypt_server.write_plain = [](void *stream, const void *, size_t) -> size_t {
        static_cast<test::FlipStream *>(stream)->broken = true;
        return 0;
    };
    const test::TestMethod fails(std::move(description));
    begin({&fails});
    sentClear();
    send(choice(flip_id));
    session->output();
    EXPECT_TRUE(session->isFinished());
    ASSERT_EQ(host.logged.size(), 1U);
    EXPECT_THAT(host.logged[0], testing::HasSubstr("closed: encryption: "));
    session.reset(); // before its method
}

TEST_F(ServerCryptTest, WhatTheMethodDoesNotTakeYetCountsAsUnsent)
{
    auto description = serverDescription(flip_id, 0);
    description.crypt_server.write_plain = [](void *, const void *, size_t) { return size_t{0}; };
    const test::TestMethod waits(std::move(description));
    begin({&waits});
    sentClear();
    send(choice(flip_id));
    EXPECT_TRUE(session->output().empty());
    EXPECT_GT(session->unsentBytes(), 0U);
    EXPECT_FALSE(session->isFinished());
    session.reset(); // before its method
}

TEST_F(ServerCryptTest, AClientThatNeverChoosesIsLate)
{
    begin();
    sentClear();
    now += settings.login_timeout - std::chrono::seconds(1);
    ByteBuffer hello;
    encodeHello(hello, {"me", 1, {}});
    send(hello);
    now += std::chrono::seconds(1);
    EXPECT_EQ(session->nextDeadline(), now) << "what comes in doesn't move it";
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.logged, ElementsAre("closed: CRPT_REQ was not answered in time"));
}

TEST_F(ServerCryptTest, ALoginAtConnectSharesTheTimeOfTheNegotiation)
{
    settings.auth_methods = {{1, 0, "test"}};
    settings.login_at_connect = true;
    begin();
    sentClear();
    const auto end = now + settings.login_timeout;
    now += settings.login_timeout / 2;
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::user));
    EXPECT_EQ(session->nextDeadline(), end);
    session->tick(end);
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.logged, ElementsAre("closed: the login took too long"));
}

TEST_F(ServerCryptTest, TheTranscriptIsWhatWasSentAndRead)
{
    begin();
    const std::vector<std::byte> sent(session->output().data().begin(), session->output().data().end());
    session->output().clear();
    ByteBuffer said;
    encodeHello(said, {"me", 1, {1}});
    send(said);
    const ByteBuffer reply = choice(flip_id);
    send(reply);
    said.append(reply.data());
    const auto greeting = flipped(session->output().data());
    const auto hello = decodeHello(viewMessage(greeting, limits_before_login));
    ASSERT_TRUE(hello.transcript);
    EXPECT_EQ(hello.transcript->server_sent, sent);
    EXPECT_TRUE(std::ranges::equal(hello.transcript->server_read, said.data()));
}

TEST_F(ServerCryptTest, ThereIsNoTranscriptInClear)
{
    begin();
    sentClear();
    send(choice(crypt_method_none));
    EXPECT_FALSE(decodeHello(viewMessage(session->output().data(), limits_before_login)).transcript);
}

TEST_F(ServerCryptTest, WhatIsTooLongForTheTranscriptIsAnError)
{
    for (const std::size_t size : {1024U, 1025U}) {
        begin();
        ByteBuffer hello;
        encodeHello(hello, {std::string(size - 25, 'x'), 1, {}});
        ASSERT_EQ(hello.size(), size);
        if (size == 1024) {
            send(hello);
        } else {
            EXPECT_THROW(send(hello), ProtocolError);
        }
    }
    begin();
    ByteBuffer reply;
    FrameEncoder(reply, 7U).integer(flip_id).string(std::string(300, 'x')).end();
    EXPECT_THROW(send(reply), ProtocolError);
}

TEST_F(ServerCryptTest, TheLargestTranscriptFitsIntoTheGreeting)
{
    settings.greeting.assign(5000, 'x');
    begin(std::vector<const Method *>(100, &flip));
    ByteBuffer said;
    encodeHello(said, {std::string(1024 - 25, 'x'), 1, {}});
    FrameEncoder(said, 7U).integer(flip_id).string(std::string(256 - 25, 'x')).end();
    sentClear();
    send(said);
    const auto greeting = flipped(session->output().data());
    EXPECT_EQ(viewMessage(greeting, limits_before_login).command, 1U);
}

TEST_F(ServerCryptTest, MethodsThatNeedABindingAreNotOfferedWithoutOne)
{
    settings.auth_methods = {{9, NETSANE_FLAG_CHANNEL_BINDING, "bound"}};
    settings.login_at_connect = true;
    begin();
    sentClear();
    send(choice(flip_id)); // it has none
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::fail));
    EXPECT_THAT(host.logged,
                ElementsAre("closed: a login is required, and no method may be offered on this connection"));
}

// ---- in the middle of a session

class ServerCryptLaterTest : public ServerCryptTest {
protected:
    ServerCryptLaterTest()
    {
        begin({});
        session->output().clear();
    }

    // As far as the host is concerned; the handle is given out.
    HandleBytes openDevice()
    {
        ByteBuffer open;
        encodeOpenRequest(open, {"test:0"});
        send(open);
        session->deviceOpened(1, {OpenDecision::Kind::opened, {}}, now);
        ByteBuffer reply;
        encodeOpenReply(reply, {{}, {channel_handle.begin(), channel_handle.end()}, {}});
        session->deviceMessage(1, viewMessage(reply.data(), limits_after_login), now);
        const auto handle = decodeOpenReply(viewMessage(session->output().data(), limits_after_login)).handle;
        session->output().clear();
        host.calls.clear();
        return handle;
    }

    bool ask() { return session->askForCrypt({&flip, &none}, now); }
};

TEST_F(ServerCryptLaterTest, HandlesStayOpen)
{
    const auto handle = openDevice();
    EXPECT_TRUE(ask());
    EXPECT_FALSE(ask()) << "it is asked already";
    EXPECT_THAT(sentClear(), ElementsAre(Command::crypt_request));
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello));
    EXPECT_FALSE(ask()) << "it is encrypted";
    host.to_device.clear();
    ByteBuffer start;
    encodeHandleRequest(start, Command::start, handle);
    send(flipped(start.data()));
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::start));
    EXPECT_THAT(host.calls, ElementsAre("login forgotten")) << "and nothing is closed";
}

TEST_F(ServerCryptLaterTest, WaitsUntilNothingIsOutstanding)
{
    send(bare(Command::get_devices));
    EXPECT_TRUE(ask());
    EXPECT_THAT(sentClear(), IsEmpty());
    session->devicesListed({});
    EXPECT_THAT(sentClear(), ElementsAre(Command::get_devices, Command::crypt_request));
}

TEST_F(ServerCryptLaterTest, RequestsThatCrossAreAnsweredAndTheChoiceWaits)
{
    EXPECT_TRUE(ask());
    sentClear();
    send(bare(Command::init));
    EXPECT_THAT(sentClear(), ElementsAre(Command::init));
    send(bare(Command::get_devices));
    EXPECT_THROW(send(choice(flip_id)), ProtocolError) << "its reply isn't sent yet";
}

TEST_F(ServerCryptLaterTest, RequestsWithoutEndDoNotPutTheChoiceOff)
{
    EXPECT_TRUE(ask());
    for (std::size_t i = 0; i < max_outstanding_requests; ++i)
        send(bare(Command::init));
    EXPECT_THROW(send(bare(Command::init)), ProtocolError);
}

TEST_F(ServerCryptLaterTest, AsManyRequestsMayCrossAsMayBeOutstanding)
{
    openDevice();
    EXPECT_TRUE(ask());
    ByteBuffer read;
    encodeReadRequest(read, std::array{std::byte{7}}, {1}); // of no handle: answered at once
    for (std::size_t i = 0; i < max_outstanding_with_reads; ++i)
        send(read);
    EXPECT_THROW(send(read), ProtocolError);
}

TEST_F(ServerCryptLaterTest, AnOpenThatCrossesAsksForNoLogin)
{
    settings.auth_methods = {{1, 0, "test"}};
    EXPECT_TRUE(ask());
    sentClear();
    ByteBuffer open;
    encodeOpenRequest(open, {"test:0"});
    send(open);
    session->deviceOpened(1, {OpenDecision::Kind::login_needed, {}}, now);
    EXPECT_EQ(decodeOpenReply(viewMessage(session->output().data(), limits_after_login)).outcome.status,
              Status::device_busy);
    session->output().clear();
    send(choice(flip_id));
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello));
}

TEST_F(ServerCryptLaterTest, AChoiceThatDoesNotComeIsLate)
{
    now += std::chrono::hours(2);
    EXPECT_TRUE(ask());
    now += settings.login_timeout / 2;
    send(bare(Command::get_devices)); // crosses, and takes its time
    now += settings.login_timeout;
    session->tick(now);
    EXPECT_FALSE(session->isFinished());
    session->devicesListed({});
    const auto deadline = session->nextDeadline();
    ASSERT_TRUE(deadline);
    session->tick(*deadline);
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.logged, ElementsAre("closed: CRPT_REQ was not answered in time"));
}

TEST_F(ServerCryptLaterTest, ALoginInClearIsForgotten)
{
    settings.auth_methods = {{1, 0, "test"}};
    settings.login_at_connect = true;
    begin({});
    ByteBuffer user;
    encodeUser(user, "alice");
    send(user);
    EXPECT_TRUE(ask());
    EXPECT_THAT(sentClear(), ElementsAre(Command::hello, Command::user)) << "not while a login is going on";
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(sentClear(), ElementsAre(Command::crypt_request));
    host.calls.clear();
    send(choice(flip_id));
    EXPECT_THAT(host.calls, ElementsAre("login forgotten"));
    EXPECT_EQ(session->user(), "");
    EXPECT_THAT(sentFlipped(), ElementsAre(Command::hello, Command::user));
    send(flipped(bare(Command::get_devices).data()));
    EXPECT_THAT(host.calls, ElementsAre("login forgotten")) << "held until the new login";
}

TEST_F(ServerCryptLaterTest, ALoginThatOnlyTheHostKnowsOfIsForgottenToo)
{
    begin({});
    EXPECT_TRUE(ask());
    send(choice(flip_id));
    EXPECT_THAT(host.calls, testing::Contains("login forgotten"));
}

TEST_F(ServerCryptLaterTest, AUserNamedInClearIsNotOneUnderEncryption)
{
    settings.auth_methods = {{1, 0, "test"}};
    settings.login_at_connect = true;
    begin({});
    ByteBuffer user;
    encodeUser(user, "alice");
    send(user);
    session->loggedIn(1, "alice", now);
    EXPECT_TRUE(ask());
    send(choice(flip_id));
    ByteBuffer pass;
    encodePass(pass, Command::pass_reply, {1, {{std::byte{'x'}, std::byte{0}}}});
    EXPECT_THROW(send(flipped(pass.data())), ProtocolError);
    EXPECT_THAT(host.calls, testing::Not(testing::Contains("continue 1")));
}

TEST_F(ServerCryptLaterTest, ThereMustBeSomethingToChoose)
{
    EXPECT_FALSE(session->askForCrypt({}, now));
    EXPECT_FALSE(session->askForCrypt({&none}, now));
    EXPECT_THAT(sentClear(), IsEmpty());
    EXPECT_TRUE(ask());
    send(choice(crypt_method_none));
    EXPECT_THAT(sentClear(), ElementsAre(Command::crypt_request, Command::hello));
    EXPECT_TRUE(ask()) << "in clear it may be asked again";
    session->fail("enough");
    EXPECT_FALSE(ask());
}

} // namespace
} // namespace netsane
