// The switch to TLS with both engines and the real module: what only a real method can show.

#include "CryptPair.hxx"
#include "tests/plugins/PlainTlsPeer.hxx"
#include "tests/plugins/TlsTest.hxx"

namespace netsane::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the client's method was given.
Bytes binding_seen;

MethodDescription bindingDescription()
{
    auto description = authDescription(0x8005, NETSANE_FLAG_CHANNEL_BINDING);
    description.auth_client.start = [](void *method, const netsane_auth_params_v1 *params, void **exchange) {
        const auto *const bytes = static_cast<const std::byte *>(params->channel_binding);
        binding_seen.assign(bytes, bytes + params->channel_binding_size);
        return startTest(method, params, exchange);
    };
    return description;
}

const TestMethod binding_method(bindingDescription());

class CryptTlsSwitchTest : public TlsTest, public CryptPair {
protected:
    using CryptPair::client;
    using CryptPair::server;

    void begin()
    {
        source.crypt = &clientMethod();
        CryptPair::begin({&serverMethod()});
    }

    // CRPT_RPLY is said to the server by hand, and what a peer of OpenSSL alone says behind it.
    void beginWith(PlainTlsPeer &peer)
    {
        begin();
        collect();
        to_client.clear(); // the greeting and CRPT_REQ
        ByteBuffer reply;
        encodeCryptReply(reply, serverMethod().id());
        giveServer(reply.data());
        SSL_do_handshake(peer.ssl());
        giveServer(peer.pullPeer());
    }
};

TEST_F(CryptTlsSwitchTest, OpensWholeAndByteByByte)
{
    for (const std::size_t at_once : {1U, 100U, 65536U}) {
        begin();
        request(Command::init);
        settle(at_once);
        EXPECT_EQ(failure(), "") << at_once;
        EXPECT_THAT(replies, ElementsAre(Command::init)) << at_once;
    }
}

TEST_F(CryptTlsSwitchTest, RequestsBeforeTheGreetingSaveAFlight)
{
    const auto flights = [this] {
        begin();
        request(Command::init);
        unsigned count = 0;
        for (collect(); replies.empty() && count < 20; collect(), ++count) {
            const auto arriving = to_client;
            to_client.clear();
            giveServer(to_server);
            to_server.clear();
            giveClient(arriving);
        }
        return count;
    };
    const auto waiting = flights();
    policy.may_speak_first = [] { return true; };
    EXPECT_EQ(flights() + 2, waiting);
}

TEST_F(CryptTlsSwitchTest, TheOwnerLearnsWhyANameIsNotVerified)
{
    std::vector<PeerIdentity> asked;
    policy.check_peer = [&](const PeerIdentity &peer) {
        asked.push_back(peer);
        return std::nullopt;
    };
    policy.peer_name = "other.example";
    begin();
    request(Command::init);
    settle();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_FALSE(asked[0].verified_name);
    EXPECT_EQ(asked[0].fingerprint, server_identity.fingerprint());
    EXPECT_EQ(asked[0].unverified_reason, "the certificate isn't for other.example");
    EXPECT_THAT(replies, ElementsAre(Command::init)) << "the owner has taken it";
    policy.check_peer = nullptr;
    begin();
    request(Command::init);
    settle();
    EXPECT_EQ(failure(), "the server's identity isn't verified: the certificate isn't for other.example");
    EXPECT_THAT(replies, IsEmpty());
}

TEST_F(CryptTlsSwitchTest, ALoginHasTheBindingOfBothSides)
{
    settings.auth_methods = {{binding_method.id(), NETSANE_FLAG_CHANNEL_BINDING, "binding"}};
    settings.login_at_connect = true;
    source.auth = {&binding_method};
    begin();
    client->login({"alice", Secret("secret")});
    settle();
    ASSERT_EQ(host.logins.size(), 1U);
    EXPECT_EQ(host.logins[0].channel_binding.size(), 32U);
    EXPECT_EQ(host.logins[0].peer_name, "");
    EXPECT_TRUE(host.logins[0].confidential);
    server->loginContinues(1, {});
    settle();
    EXPECT_EQ(host.logins[0].channel_binding, binding_seen);
    EXPECT_EQ(host.calls.back(), "continue 1");
}

TEST_F(CryptTlsSwitchTest, ALoginHasTheVerifiedNameOfTheClient)
{
    const TlsIdentity alice{{.common_name = "alice"}, &ca};
    setServer("client_ca", client_services.values["crypt.tls.ca"]);
    useClient(alice);
    settings.auth_methods = {{1, 0, "unix"}};
    settings.login_at_connect = true;
    begin();
    client->login({"alice", Secret("secret")});
    settle();
    ASSERT_EQ(host.logins.size(), 1U) << failure() << server_error;
    EXPECT_EQ(host.logins[0].peer_name, "alice");
}

TEST_F(CryptTlsSwitchTest, AWrongProtocolIsRefusedAndThePeerIsToldWhy)
{
    PlainTlsPeer peer(Role::Client);
    peer.setAlpn("\x04http");
    beginWith(peer);
    EXPECT_THAT(server_error, HasSubstr("the handshake failed: crypt method tls: "));
    collect();
    BIO_write(SSL_get_rbio(peer.ssl()), to_client.data(), static_cast<int>(to_client.size()));
    SSL_do_handshake(peer.ssl());
    EXPECT_THAT(ErrorQueue::firstReason(), HasSubstr("no application protocol"));
    ERR_clear_error();
}

TEST_F(CryptTlsSwitchTest, AServerWithAnotherProtocolIsRefused)
{
    begin();
    PlainTlsPeer peer(Role::Server, &server_identity);
    ByteBuffer clear;
    encodeHello(clear, {"fake", 1, {3}});
    encodeCryptRequest(clear, std::vector<std::uint32_t>{1});
    giveClient(clear.data());
    collect();
    const auto messages = messagesOf(to_server);
    BIO_write(SSL_get_rbio(peer.ssl()), messages.back().data(), static_cast<int>(messages.back().size()));
    SSL_do_handshake(peer.ssl());
    giveClient(peer.pullPeer());
    EXPECT_THAT(failure(), HasSubstr("the handshake failed: crypt method tls: "));
    EXPECT_THAT(failure(), HasSubstr("ALPN"));
    EXPECT_FALSE(client->output().empty()) << "the alert";
}

TEST_F(CryptTlsSwitchTest, ClearBytesOfAProxyFailTheHandshake)
{
    edit_to_client = [](Bytes &chunk) {
        const auto clear = bytesOf(bareMessage(Command::init));
        chunk.insert(chunk.end(), clear.begin(), clear.end());
    };
    begin();
    request(Command::init);
    settle();
    EXPECT_THAT(failure(), HasSubstr("the handshake failed: crypt method tls: "));
    EXPECT_THAT(replies, IsEmpty());
    EXPECT_THAT(host.calls, IsEmpty());
}

TEST_F(CryptTlsSwitchTest, TlsIsNotAskedForUnderTls)
{
    begin();
    settle();
    EXPECT_FALSE(server->askForCrypt({&serverMethod()}, now));
    ByteBuffer reply;
    encodeCryptReply(reply, serverMethod().id());
    client->request(Command::init).append(reply.data());
    settle();
    EXPECT_THAT(server_error, HasSubstr("command 7 is not legal while open"));
}

TEST_F(CryptTlsSwitchTest, BothSidesSayGoodbye)
{
    begin();
    request(Command::init);
    settle();
    client->quit();
    collect();
    EXPECT_GT(to_server.size(), 40U) << "QUIT, and close_notify in a record of its own";
    settle();
    EXPECT_TRUE(server->isFinished());
    EXPECT_EQ(failure(), "the server closed the connection");
    EXPECT_EQ(server_error, "");
}

TEST_F(CryptTlsSwitchTest, ACutImageIsNeverItsEnd)
{
    begin();
    request(Command::init);
    settle();
    for (int i = 0; i < 3; ++i)
        request(Command::init);
    settle();
    request(Command::init);
    collect();
    giveServer(to_server);
    collect();
    to_client.pop_back();
    giveClient(to_client);
    EXPECT_EQ(replies.size(), 4U);
    client->endInput("the server closed the connection");
    drain();
    EXPECT_EQ(failure(), "the encrypted connection was cut: the server closed the connection");
    EXPECT_EQ(client->failure()->status, Status::io_error);
}

} // namespace
} // namespace netsane::test
