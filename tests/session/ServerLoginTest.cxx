#include "ServerSessionFixture.hxx"

namespace netsane {
namespace {

using testing::Contains;

class ServerLoginTest : public ServerSessionTest {
protected:
    ServerLoginTest() { requireLogin(); }

    void sendUser(const std::string &name)
    {
        ByteBuffer out;
        encodeUser(out, name);
        send(out);
    }

    void sendPass(std::uint32_t method)
    {
        ByteBuffer out;
        encodePass(out, Command::pass_reply, {method, {{std::byte{'x'}, std::byte{0}}}});
        send(out);
    }

    void sendFail(const ClientFail &fail)
    {
        ByteBuffer out;
        encodeClientFail(out, fail);
        send(out);
    }

    void askAtOpen()
    {
        begin();
        send(open("test:0"));
        session->deviceOpened(1, {OpenDecision::Kind::login_needed, {}}, now);
        EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
        host.calls.clear();
    }

    void failAttempt(ExchangeKey exchange)
    {
        sendUser("alice");
        session->loginContinues(exchange, {});
        EXPECT_THAT(takeCommands(), ElementsAre(Command::pass_request));
        sendPass(1);
        session->loginFailed(exchange, now);
        EXPECT_THAT(takeCommands(), IsEmpty()) << "a failure is delayed";
        now += settings.auth_fail_delay;
        session->tick(now);
    }
};

TEST_F(ServerLoginTest, OpenIsHeldUntilTheLoginSucceeds)
{
    askAtOpen();
    sendUser("alice");
    EXPECT_THAT(host.calls, ElementsAre("login 1 method 1 user alice attempt 1"));
    session->loginContinues(1, {});
    EXPECT_THAT(takeCommands(), ElementsAre(Command::pass_request));
    sendPass(1);
    host.calls.clear();
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(host.calls, ElementsAre("open 1 test:0"));
    EXPECT_EQ(session->user(), "alice");
    EXPECT_THAT(takeCommands(), IsEmpty()) << "WELC is for clients that announced it";
}

TEST_F(ServerLoginTest, WelcomesAClientThatKnowsTheExtension)
{
    begin();
    ByteBuffer hello;
    encodeHello(hello, {"me", 1, {extension_login_note}});
    send(hello);
    send(open("test:0"));
    session->deviceOpened(1, {OpenDecision::Kind::login_needed, {}}, now);
    sendUser("alice");
    session->loginContinues(1, {});
    sendPass(1);
    take();
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::welcome));
}

TEST_F(ServerLoginTest, RequestsWaitForALoginAtConnect)
{
    settings.login_at_connect = true;
    begin();
    EXPECT_THAT(greeting, ElementsAre(Command::hello, Command::user));
    send(bare(Command::init));
    EXPECT_THAT(takeCommands(), IsEmpty());
    sendUser("alice");
    session->loginContinues(1, {});
    sendPass(1);
    take();
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::init));
}

TEST_F(ServerLoginTest, ThreeFailuresEndTheConnection)
{
    askAtOpen();
    failAttempt(1);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
    failAttempt(2);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
    failAttempt(3);
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeOpenReply(view(sent[0])).outcome.status, Status::access_denied);
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerLoginTest, ClientThatDeclinesIsRefusedTheDeviceAndStays)
{
    askAtOpen();
    sendFail({static_cast<std::uint32_t>(Command::user), {}});
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeOpenReply(view(sent[0])).outcome.status, Status::access_denied);
    EXPECT_FALSE(session->isFinished());
    send(bare(Command::init));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::init));
}

TEST_F(ServerLoginTest, AnotherMethodOnRequest)
{
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    host.calls.clear();
    sendFail({static_cast<std::uint32_t>(Command::pass_request), {7, 99}});
    EXPECT_THAT(host.calls, ElementsAre("cancel 1", "login 2 method 7 user alice attempt 1"));
}

TEST_F(ServerLoginTest, NoOtherMethodCountsAsAFailure)
{
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    sendFail({static_cast<std::uint32_t>(Command::pass_request), {99}});
    now += settings.auth_fail_delay;
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
}

TEST_F(ServerLoginTest, ListOfTheClientNeverWidens)
{
    settings.auth_methods = {{1, 0, "unix"}};
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    host.calls.clear();
    sendFail({static_cast<std::uint32_t>(Command::pass_request), {1, 2, 3}});
    EXPECT_THAT(host.calls, ElementsAre("cancel 1")) << "neither the refused method again nor one not offered";
}

TEST_F(ServerLoginTest, NoClearPasswordsOffLoopback)
{
    settings.auth_methods = {{1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY, "unix"}};
    session = std::make_unique<ServerSession>(settings, std::vector<const Method *>{}, PeerInfo{"192.0.2.1", false},
                                              host, now);
    take();
    send(open("test:0"));
    session->deviceOpened(1, {OpenDecision::Kind::login_needed, {}}, now);
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeOpenReply(view(sent[0])).outcome.status, Status::access_denied);
    EXPECT_THAT(host.given_up, ElementsAre("no method may be offered on an unencrypted connection"));
}

TEST_F(ServerLoginTest, LoginHasADeadlineThatBytesDoNotMove)
{
    askAtOpen();
    now += settings.login_timeout - milliseconds(1);
    sendUser("alice");
    now += milliseconds(1);
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(takeCommands(), ElementsAre(Command::fail));
}

TEST_F(ServerLoginTest, DecliningGivesNoNewTries)
{
    askAtOpen();
    failAttempt(1);
    take();
    failAttempt(2);
    take();
    sendFail({static_cast<std::uint32_t>(Command::user), {}});
    take();
    send(open("test:0"));
    session->deviceOpened(2, {OpenDecision::Kind::login_needed, {}}, now);
    take();
    failAttempt(3);
    take();
    EXPECT_TRUE(session->isFinished());
}

// Each name starts an exchange, for which the auth process may start a process.
TEST_F(ServerLoginTest, NamesWithoutEndAreTriesToo)
{
    begin();
    for (DeviceKey key = 1; key <= settings.auth_tries; ++key) {
        EXPECT_FALSE(session->isFinished());
        send(open("test:0"));
        session->deviceOpened(key, {OpenDecision::Kind::login_needed, {}}, now);
        sendUser("alice");
        session->loginContinues(key, {});
        take();
        sendFail({static_cast<std::uint32_t>(Command::user), {}});
    }
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeOpenReply(view(sent[0])).outcome.status, Status::access_denied);
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.calls, Contains(HasSubstr("cancel")));
}

TEST_F(ServerLoginTest, DecliningAtConnectAnswersWhatIsHeld)
{
    settings.login_at_connect = true;
    begin();
    ByteBuffer status;
    encodeStatusTextRequest(status, 1);
    send(status);
    send(bare(Command::get_devices));
    sendFail({static_cast<std::uint32_t>(Command::user), {}});
    const auto sent = take();
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(decodeStatusTextReply(view(sent[0])), "no login");
    EXPECT_EQ(decodeGetDevicesReply(view(sent[1])).outcome.status, Status::access_denied);
    EXPECT_EQ(static_cast<Command>(view(sent[2]).command), Command::fail);
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerLoginTest, AnAnswerThatCrossesTheEndOfItsExchangeIsIgnoredOnce)
{
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    session->authGone(now);
    sendPass(1);
    EXPECT_THROW(sendPass(1), ProtocolError);
}

TEST_F(ServerLoginTest, ProgressIsNotedWhileALoginIsChecked)
{
    askAtOpen();
    now += settings.progress_interval;
    session->tick(now);
    EXPECT_THAT(takeCommands(), IsEmpty()) << "the client is to answer";
    sendUser("alice");
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::hello));
}

TEST_F(ServerLoginTest, ReplyForAnotherMethodIsAnError)
{
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    EXPECT_THROW(sendPass(2), ProtocolError);
}

TEST_F(ServerLoginTest, EventsOfAnOldExchangeAreIgnored)
{
    askAtOpen();
    failAttempt(1);
    take();
    sendUser("mallory");
    session->loggedIn(1, "alice", now);
    EXPECT_THAT(takeCommands(), IsEmpty());
    EXPECT_NE(session->user(), "alice");
}

TEST_F(ServerLoginTest, AuthProcessThatDiesCostsOneAttempt)
{
    askAtOpen();
    sendUser("alice");
    session->authGone(now);
    now += settings.auth_fail_delay;
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
}

TEST_F(ServerLoginTest, NameMustBeThere)
{
    askAtOpen();
    EXPECT_THROW(sendUser(""), ProtocolError);
}

TEST_F(ServerLoginTest, AMethodThatIsNotForTheUserMakesRoomForTheNext)
{
    askAtOpen();
    sendUser("alice");
    host.calls.clear();
    session->loginNotApplicable(1, now);
    EXPECT_THAT(host.calls, ElementsAre("login 2 method 7 user alice attempt 1"));
    EXPECT_THAT(takeCommands(), IsEmpty()) << "the client sees nothing of it";
    session->loginNotApplicable(2, now);
    EXPECT_THAT(takeCommands(), IsEmpty()) << "none is left, and a failure is delayed";
    now += settings.auth_fail_delay;
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
}

TEST_F(ServerLoginTest, AMethodThatHasAskedMustJudge)
{
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    sendPass(1);
    host.calls.clear();
    session->loginNotApplicable(1, now);
    EXPECT_THAT(host.calls, IsEmpty());
    now += settings.auth_fail_delay;
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::user));
}

TEST_F(ServerLoginTest, AMethodThatNeedsAChannelBindingIsNotOffered)
{
    settings.auth_methods = {{5, NETSANE_FLAG_CHANNEL_BINDING, "bound"}, {7, 0, "other"}};
    askAtOpen();
    sendUser("alice");
    EXPECT_THAT(host.calls, ElementsAre("login 1 method 7 user alice attempt 1"));
}

TEST_F(ServerLoginTest, TheClientsListStandsForTheNextMethodToo)
{
    settings.auth_methods = {{1, 0, "unix"}, {7, 0, "other"}, {9, 0, "third"}};
    askAtOpen();
    sendUser("alice");
    session->loginContinues(1, {});
    take();
    sendFail({static_cast<std::uint32_t>(Command::pass_request), {7}});
    host.calls.clear();
    session->loginNotApplicable(2, now);
    EXPECT_THAT(host.calls, IsEmpty()) << "9 is not in the client's list";
}

TEST_F(ServerLoginTest, WhatEndsALoginWithoutARefusalIsToldForTheAudit)
{
    askAtOpen();
    sendFail({static_cast<std::uint32_t>(Command::user), {}});
    EXPECT_THAT(host.given_up, ElementsAre("the client declined"));
    host.given_up.clear();
    send(open("test:0"));
    session->deviceOpened(2, {OpenDecision::Kind::login_needed, {}}, now);
    now += settings.login_timeout;
    session->tick(now);
    EXPECT_THAT(host.given_up, ElementsAre("it took too long"));
}

TEST_F(ServerLoginTest, ALoginThatCannotBeOfferedIsToldForTheAudit)
{
    settings.auth_methods = {{1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY, "unix"}};
    session = std::make_unique<ServerSession>(settings, std::vector<const Method *>{}, PeerInfo{"192.0.2.1", false},
                                              host, now);
    send(open("test:0"));
    session->deviceOpened(1, {OpenDecision::Kind::login_needed, {}}, now);
    EXPECT_THAT(host.given_up, ElementsAre("no method may be offered on an unencrypted connection"));
}

// As a reload of the configuration may.
TEST_F(ServerLoginTest, WhetherALoginComesFirstIsDecidedWhenTheConnectionBegins)
{
    begin();
    settings.login_at_connect = true;
    send(bare(Command::init));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::init)) << "nobody would ever ask for a login";
}

TEST_F(ServerLoginTest, AClientThatLeavesInPlaceOfAnAnswerIsToldForTheAudit)
{
    for (const bool has_named_a_user : {false, true}) {
        for (const bool says_goodbye : {false, true}) {
            askAtOpen();
            if (has_named_a_user) {
                sendUser("alice");
                session->loginContinues(1, {});
            }
            if (says_goodbye)
                send(bare(Command::quit));
            session->peerClosed();
            EXPECT_THAT(host.given_up, ElementsAre("the client left without an answer"));
            host.given_up.clear();
        }
    }
}

TEST_F(ServerLoginTest, AClientThatLeavesAtAnotherTimeHasGivenUpNoLogin)
{
    begin();
    session->peerClosed();
    EXPECT_THAT(host.given_up, IsEmpty());
}

} // namespace
} // namespace netsane
