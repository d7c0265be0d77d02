// The switch with both engines, under a method that is cheap (crypt_xor has a handshake, a goodbye, names and a
// binding): who is asked what, what a proxy can't do unnoticed, how it ends.

#include "CryptPair.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "wire/FrameEncoder.hxx"

namespace netsane::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

ByteBuffer hello(const std::string &text, std::vector<std::uint32_t> extensions)
{
    ByteBuffer out;
    encodeHello(out, {text, 1, std::move(extensions)});
    return out;
}

ByteBuffer list(std::vector<std::uint32_t> methods)
{
    ByteBuffer out;
    encodeCryptRequest(out, methods);
    return out;
}

class CryptSwitchTest : public testing::Test, public CryptPair {
protected:
    CryptSwitchTest()
    {
        folder.add("crypt_xor");
        xor_method = &plugins.load(PluginKind::Crypt, "xor");
        source.crypt = xor_method;
    }

    // Streams end before their plugins.
    ~CryptSwitchTest() override
    {
        server.reset();
        client.reset();
    }

    void begin() { CryptPair::begin({xor_method, &none}); }

    void expectEnd(const std::string &reason)
    {
        settle();
        EXPECT_THAT(failure(), HasSubstr(reason));
        EXPECT_THAT(replies, IsEmpty());
        EXPECT_THAT(host.calls, IsEmpty());
        EXPECT_TRUE(server->isFinished()) << "the client's goodbye ends it";
    }

    static MethodDescription noneDescription()
    {
        auto description = test::cryptDescription(crypt_method_none);
        description.crypt_server = description.crypt_client;
        description.flags = NETSANE_FLAG_PASSTHROUGH;
        return description;
    }

    ModuleFolder folder;
    TestServices services;
    PluginHost plugins{folder.path(), services};
    const Method *xor_method = nullptr;
    const TestMethod none{noneDescription()};
};

TEST_F(CryptSwitchTest, OpensWholeAndByteByByte)
{
    for (const std::size_t at_once : {1U, 7U, 65536U}) {
        begin();
        replies.clear();
        request(Command::init);
        settle(at_once);
        EXPECT_EQ(failure(), "") << at_once;
        EXPECT_EQ(server_error, "") << at_once;
        EXPECT_THAT(replies, ElementsAre(Command::init)) << at_once;
    }
}

TEST_F(CryptSwitchTest, TheOwnerIsAskedOnceWhoTheServerIs)
{
    std::vector<PeerIdentity> asked;
    policy.check_peer = [&](const PeerIdentity &peer) {
        asked.push_back(peer);
        return std::nullopt;
    };
    begin();
    request(Command::init);
    settle(1);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].verified_name, "scanner.example");
    EXPECT_THAT(asked[0].fingerprint, HasSubstr("XOR:"));
    EXPECT_EQ(asked[0].unverified_reason, "");
    EXPECT_THAT(replies, ElementsAre(Command::init));
}

TEST_F(CryptSwitchTest, AServerThatIsNotTrustedHearsTheGoodbyeOnly)
{
    policy.check_peer = [](const PeerIdentity &) { return "another key than last time"; };
    policy.may_speak_first = [] { return true; };
    begin();
    client->login({"alice", Secret("secret")});
    request(Command::init);
    for (int i = 0; i < 4; ++i) {
        collect();
        deliver(65536);
    }
    collect();
    ASSERT_EQ(failure(), "another key than last time");
    EXPECT_EQ(client->failure()->status, Status::io_error);
    expectEnd("another key than last time");
    EXPECT_EQ(server_error, "");
}

TEST_F(CryptSwitchTest, RequestsBeforeTheGreetingAreTakenWholeAndByteByByte)
{
    policy.may_speak_first = [] { return true; };
    for (const std::size_t at_once : {1U, 7U, 65536U}) {
        begin();
        request(Command::init);
        request(Command::get_devices);
        settle(at_once);
        EXPECT_EQ(failure(), "") << at_once;
        EXPECT_EQ(server_error, "") << at_once;
        EXPECT_THAT(replies, ElementsAre(Command::init)) << at_once;
        EXPECT_THAT(host.calls, ElementsAre("list")) << at_once;
        host.calls.clear();
    }
}

TEST_F(CryptSwitchTest, ALoginAtConnectIsAskedForBeforeTheRequests)
{
    settings.auth_methods = {{1, 0, "unix"}};
    settings.login_at_connect = true;
    policy.may_speak_first = [] { return true; };
    begin();
    client->login({"alice", Secret("secret")});
    request(Command::init);
    request(Command::get_devices);
    settle();
    EXPECT_THAT(host.calls, ElementsAre("login 1 method 1 user alice attempt 1"));
    EXPECT_THAT(replies, IsEmpty());
    server->loggedIn(1, "alice", now);
    settle();
    EXPECT_THAT(replies, ElementsAre(Command::init));
    EXPECT_EQ(host.calls.back(), "list");
}

TEST_F(CryptSwitchTest, WhoSpeaksFirstTakesNothingOfAnEditedNegotiation)
{
    settings.auth_methods = {{1, 0, "unix"}};
    settings.login_at_connect = true;
    policy.may_speak_first = [] { return true; };
    for (const auto &edit : {replaceOnce(hello("netsaned", {3})), replaceOnce(list({xor_method->id()}))}) {
        edit_to_client = edit;
        begin();
        client->login({"alice", Secret("secret")});
        request(Command::init);
        request(Command::get_devices);
        expectEnd("was changed on the way");
        EXPECT_THAT(host.logins, IsEmpty()) << "the user wasn't named";
    }
}

TEST_F(CryptSwitchTest, WithoutAnOwnersOpinionOnlyAVerifiedNameIsGood)
{
    policy.peer_name.clear();
    begin();
    request(Command::init);
    expectEnd("the server's identity isn't verified: ");
}

TEST_F(CryptSwitchTest, NothingIsSaidBeforeTheServerIsKnown)
{
    bool said = false;
    policy.check_peer = [&](const PeerIdentity &) -> std::optional<std::string> {
        said = !client->output().empty();
        return std::nullopt;
    };
    begin();
    request(Command::init);
    settle();
    EXPECT_FALSE(said);
    EXPECT_THAT(replies, ElementsAre(Command::init));
}

TEST_F(CryptSwitchTest, AListThatWasEditedIsNoticed)
{
    edit_to_client = replaceOnce(list({xor_method->id()}));
    begin();
    request(Command::init);
    const auto id = std::to_string(xor_method->id());
    expectEnd("the list of crypto methods was changed on the way: the server sent {" + id + ", 0}, {" + id +
              "} arrived");
}

TEST_F(CryptSwitchTest, AListThatWasStrippedIsRefused)
{
    edit_to_client = replaceOnce(list({crypt_method_none}));
    begin();
    request(Command::init);
    settle();
    EXPECT_THAT(failure(), HasSubstr("encryption is required"));
    EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(CryptSwitchTest, ANegotiationThatWasTakenOutIsRefused)
{
    edit_to_client = [](Bytes &chunk) { chunk = bytesOf(hello("netsaned", {1, 2})); };
    begin();
    request(Command::init);
    settle();
    EXPECT_THAT(failure(), HasSubstr("the server offers no encryption, which is required"));
    EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(CryptSwitchTest, AGreetingThatWasEditedIsNoticed)
{
    edit_to_client = replaceOnce(hello("netsaned", {3}));
    begin();
    request(Command::init);
    expectEnd("the server's greeting was changed on the way");
}

TEST_F(CryptSwitchTest, OurGreetingThatWasEditedIsNoticed)
{
    edit_to_server = replaceOnce(hello("test", {1}));
    begin();
    request(Command::init);
    expectEnd("our greeting was changed on the way");
}

TEST_F(CryptSwitchTest, AFieldThatWasAddedIsNoticed)
{
    ByteBuffer reply;
    FrameEncoder(reply, static_cast<std::uint32_t>(Command::crypt_reply)).integer(xor_method->id()).integer(7U).end();
    edit_to_server = replaceOnce(reply);
    begin();
    request(Command::init);
    const auto id = std::to_string(xor_method->id());
    expectEnd("the choice of a crypto method was changed on the way: " + id + " was sent, " + id + " arrived");
}

TEST_F(CryptSwitchTest, TheClientsEndIsAGoodbye)
{
    begin();
    settle();
    client->quit();
    settle();
    EXPECT_TRUE(server->isFinished());
    EXPECT_EQ(failure(), "the server closed the connection") << "its own goodbye has come";
}

TEST_F(CryptSwitchTest, AGoodbyeWithoutQuitEndsTheSessionToo)
{
    begin();
    settle();
    client->fail("enough");
    settle();
    EXPECT_TRUE(server->isFinished());
    EXPECT_EQ(server_error, "");
}

TEST_F(CryptSwitchTest, TheServersEndIsAGoodbyeBehindItsNote)
{
    begin();
    settle();
    server->fail("too many connections");
    settle();
    EXPECT_EQ(failure(), "too many connections");
}

TEST_F(CryptSwitchTest, ACutConnectionIsAnErrorAtEveryByte)
{
    begin();
    request(Command::init);
    std::size_t total = 0;
    while (collect(), !to_client.empty() || !to_server.empty()) {
        total += std::min<std::size_t>(to_client.size(), 1);
        deliver(1);
    }
    ASSERT_GT(total, 100U);
    ASSERT_THAT(replies, ElementsAre(Command::init));
    for (std::size_t cut = 0; cut < total; ++cut) {
        begin();
        request(Command::init);
        request(Command::get_devices);
        std::size_t left = cut;
        while (left != 0) {
            collect();
            left -= std::min<std::size_t>(to_client.size(), 1);
            ASSERT_TRUE(deliver(1));
        }
        client->endInput("gone");
        drain();
        ASSERT_TRUE(client->failure()) << cut;
        EXPECT_EQ(client->failure()->status, Status::io_error);
        EXPECT_THAT(failure(), HasSubstr("gone")) << cut;
    }
}

TEST_F(CryptSwitchTest, ACutInTheHandshakeSaysSo)
{
    begin();
    collect();
    deliver(65536);
    client->endInput("Connection reset by peer");
    drain();
    EXPECT_EQ(failure(), "the handshake failed: the connection was cut in the middle of it: Connection reset by peer");
}

TEST_F(CryptSwitchTest, WhatHadComeBeforeTheCutIsTaken)
{
    begin();
    request(Command::init);
    collect();
    deliver(65536); // the lists
    collect();
    giveServer(to_server);
    to_server.clear();
    collect();
    const auto room = client->prepareInput();
    std::copy(to_client.begin(), to_client.end(), room.begin());
    client->commitInput(to_client.size());
    client->endInput("gone");
    drain();
    EXPECT_EQ(failure(), "the encrypted connection was cut: gone") << "not the handshake";
}

TEST_F(CryptSwitchTest, ClearBytesBehindTheChoiceFailTheHandshake)
{
    edit_to_server = [](Bytes &chunk) {
        auto messages = messagesOf(chunk);
        const auto clear = bytesOf(bareMessage(Command::get_devices));
        for (std::size_t i = 0; i + 1 < messages.size(); ++i)
            if (commandOf(messages[i]) == Command::crypt_reply)
                messages[i].insert(messages[i].end(), clear.begin(), clear.end());
        chunk.clear();
        for (const auto &message : messages)
            chunk.insert(chunk.end(), message.begin(), message.end());
    };
    begin();
    collect();
    deliver(65536);
    collect();
    edit_to_server = nullptr;
    settle();
    EXPECT_THAT(server_error, HasSubstr("the handshake failed"));
    EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(CryptSwitchTest, ClearBytesBehindTheListFailTheHandshake)
{
    edit_to_client = [](Bytes &chunk) {
        const auto clear = bytesOf(hello("netsaned", {1, 2}));
        chunk.insert(chunk.end(), clear.begin(), clear.end());
    };
    begin();
    request(Command::init);
    collect();
    deliver(65536);
    EXPECT_THAT(failure(), HasSubstr("the handshake failed: crypt method xor: "));
    EXPECT_THAT(replies, IsEmpty());
}

TEST_F(CryptSwitchTest, ASilentHandshakeHitsTheDeadlineOfBothSides)
{
    settings.login_timeout = 20s;
    begin();
    collect();
    giveClient(to_client);
    collect();
    to_server.resize(to_server.size() - 4); // all but the method's first bytes
    giveServer(to_server);
    now += 9s;
    client->keepTime(now);
    EXPECT_EQ(failure(), "");
    now += 1s;
    client->keepTime(now);
    EXPECT_EQ(failure(), "the handshake failed: the server didn't finish it in time");
    now += 9s;
    server->tick(now);
    EXPECT_FALSE(server->isFinished());
    EXPECT_EQ(server->nextDeadline(), now + 1s);
    const Bytes one{std::byte{'X'}};
    giveServer(one);
    now += 1s;
    server->tick(now);
    EXPECT_TRUE(server->isFinished());
    EXPECT_THAT(host.logged, testing::Contains("closed: the handshake was not finished in time"));
}

TEST_F(CryptSwitchTest, AClientThatLeavesInTheHandshakeIsLogged)
{
    begin();
    collect();
    giveClient(to_client);
    collect();
    to_server.resize(to_server.size() - 4);
    giveServer(to_server);
    server->peerClosed();
    EXPECT_THAT(host.logged, ElementsAre("the client has ended the connection in the middle of the handshake"));
}

} // namespace
} // namespace netsane::test
