#include "tests/plugins/PlainTlsPeer.hxx"
#include "tests/plugins/TlsTest.hxx"

namespace netsane {
namespace {

using testing::HasSubstr;

class CryptTlsPeer : public TlsTest {
protected:
    static Bytes bindingOf(SSL *ssl)
    {
        Bytes binding(32);
        const std::string_view label = "EXPORTER-Channel-Binding";
        auto *const out = reinterpret_cast<unsigned char *>(binding.data());
        EXPECT_EQ(SSL_export_keying_material(ssl, out, binding.size(), label.data(), label.size(), out, 0, 1), 1);
        return binding;
    }
};

TEST_F(CryptTlsPeer, ClientOfOpensslTalksToTheServer)
{
    CryptStream stream = server();
    PlainTlsPeer peer(Role::Client);
    peer.talkTo(stream);
    ASSERT_EQ(stream.state(), CryptState::Open) << stream.error();
    EXPECT_EQ(SSL_version(peer.ssl()), TLS1_3_VERSION);
    EXPECT_EQ(stream.exportBinding(), bindingOf(peer.ssl()));
    EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get0_session(peer.ssl())), 0);
    peer.write("a question");
    stream.writePlain(bytesOf("an answer"));
    peer.talkTo(stream);
    EXPECT_EQ(textOf(read(stream)), "a question");
    EXPECT_EQ(peer.text, "an answer");
    stream.shutdown();
    peer.talkTo(stream);
    EXPECT_TRUE(peer.saw_goodbye);
    SSL_shutdown(peer.ssl());
    peer.talkTo(stream);
    EXPECT_EQ(stream.state(), CryptState::Closed);
}

TEST_F(CryptTlsPeer, ServerOfOpensslTalksToTheClient)
{
    PlainTlsPeer peer(Role::Server, &server_identity);
    peer.selectAlpn("netsane/1");
    CryptStream stream = client();
    peer.talkTo(stream); // it sends tickets
    ASSERT_EQ(stream.state(), CryptState::Open) << stream.error();
    EXPECT_STREQ(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name), "scanner.example");
    EXPECT_EQ(stream.peerName(), "scanner.example");
    EXPECT_EQ(stream.exportBinding(), bindingOf(peer.ssl()));
    CryptStream by_address = client("192.0.2.1");
    PlainTlsPeer other(Role::Server, &server_identity);
    other.selectAlpn("netsane/1");
    other.talkTo(by_address);
    EXPECT_EQ(SSL_get_servername(other.ssl(), TLSEXT_NAMETYPE_host_name), nullptr);
}

TEST_F(CryptTlsPeer, ClientWithoutTheProtocolIsRefused)
{
    for (const std::string_view alpn : {"", "\x02h2", "\x09netsane/2"}) {
        CryptStream stream = server();
        PlainTlsPeer peer(Role::Client);
        peer.setAlpn(alpn);
        peer.talkTo(stream);
        EXPECT_EQ(stream.state(), CryptState::Error);
        EXPECT_THAT(stream.error(), HasSubstr("the client doesn't offer the protocol netsane/1 (ALPN)"));
        EXPECT_THAT(peer.error, HasSubstr("alert no application protocol"));
    }
}

TEST_F(CryptTlsPeer, ProtocolIsFoundAmongOthers)
{
    CryptStream stream = server();
    PlainTlsPeer peer(Role::Client);
    peer.setAlpn("\x02h2\x09netsane/1");
    peer.talkTo(stream);
    EXPECT_EQ(stream.state(), CryptState::Open);
}

TEST_F(CryptTlsPeer, ServerWithoutTheProtocolIsRefused)
{
    setClient("min_version", "1.2");
    for (const char *const selected : {"", "h2"}) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            PlainTlsPeer peer(Role::Server, &server_identity);
            SSL_CTX_set_max_proto_version(peer.context(), version);
            if (*selected != '\0')
                peer.selectAlpn(selected);
            CryptStream stream = client();
            peer.talkTo(stream);
            EXPECT_EQ(stream.state(), CryptState::Error);
            // OpenSSL itself refuses one that wasn't offered
            EXPECT_THAT(stream.error(), testing::AnyOf(HasSubstr("(ALPN)"), HasSubstr("bad extension")));
            EXPECT_FALSE(peer.isOpen());
        }
    }
}

TEST_F(CryptTlsPeer, Version12IsNotAllowedByDefault)
{
    PlainTlsPeer refused(Role::Client);
    SSL_CTX_set_max_proto_version(refused.context(), TLS1_2_VERSION);
    CryptStream strict = server();
    refused.talkTo(strict);
    EXPECT_EQ(strict.state(), CryptState::Error);
    EXPECT_THAT(strict.error(), HasSubstr("unsupported protocol"));
    PlainTlsPeer old_server(Role::Server, &server_identity);
    old_server.selectAlpn("netsane/1");
    SSL_CTX_set_max_proto_version(old_server.context(), TLS1_2_VERSION);
    CryptStream strict_client = client();
    old_server.talkTo(strict_client);
    EXPECT_EQ(strict_client.state(), CryptState::Error);
}

TEST_F(CryptTlsPeer, Version12WhereAllowed)
{
    setServer("min_version", "1.2");
    PlainTlsPeer peer(Role::Client);
    SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
    CryptStream stream = server();
    peer.talkTo(stream);
    ASSERT_EQ(stream.state(), CryptState::Open) << stream.error();
    EXPECT_EQ(SSL_version(peer.ssl()), TLS1_2_VERSION);
    EXPECT_EQ(stream.exportBinding(), bindingOf(peer.ssl()));
    EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get0_session(peer.ssl())), 0);
    peer.write("old");
    SSL_shutdown(peer.ssl());
    peer.talkTo(stream);
    EXPECT_EQ(textOf(read(stream)), "old");
    EXPECT_EQ(stream.state(), CryptState::Closed);
}

TEST_F(CryptTlsPeer, Version12HasForwardSecrecyAndAeadOnly)
{
    setServer("min_version", "1.2");
    for (const char *const ciphers : {"ECDHE+AES:!AESGCM:!AESCCM", "kRSA", "kDHE", "ECDHE+AESCCM"}) {
        PlainTlsPeer peer(Role::Client);
        SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
        ASSERT_EQ(SSL_CTX_set_cipher_list(peer.context(), ciphers), 1);
        CryptStream stream = server();
        peer.talkTo(stream);
        EXPECT_EQ(stream.state(), CryptState::Error) << ciphers;
        EXPECT_THAT(stream.error(), HasSubstr("no shared cipher"));
    }
}

TEST_F(CryptTlsPeer, Version12WithoutExtendedMasterSecretHasNoBinding)
{
    setServer("min_version", "1.2");
    PlainTlsPeer peer(Role::Client);
    SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
    SSL_CTX_set_options(peer.context(), SSL_OP_NO_EXTENDED_MASTER_SECRET);
    CryptStream stream = server();
    peer.talkTo(stream);
    ASSERT_EQ(stream.state(), CryptState::Open) << stream.error();
    EXPECT_TRUE(stream.exportBinding().empty());
}

TEST_F(CryptTlsPeer, DoesNotRenegotiate)
{
    setServer("min_version", "1.2");
    PlainTlsPeer peer(Role::Client);
    SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
    CryptStream stream = server();
    peer.talkTo(stream);
    const Bytes before = bindingOf(peer.ssl());
    ASSERT_EQ(SSL_renegotiate(peer.ssl()), 1);
    SSL_do_handshake(peer.ssl());
    stream.pushWire(peer.pullPeer());
    EXPECT_EQ(stream.state(), CryptState::Open);
    EXPECT_EQ(stream.exportBinding(), before);
    EXPECT_LT(stream.pendingWire(), 100U) << "more than an alert";
    peer.talkTo(stream);
    EXPECT_THAT(peer.error, HasSubstr("no renegotiation")); // and OpenSSL's client gives up
    EXPECT_EQ(stream.state(), CryptState::Error);
    EXPECT_THAT(stream.error(), HasSubstr("the peer refuses: "));
}

TEST_F(CryptTlsPeer, DoesNotRenegotiateForTheServer)
{
    setClient("min_version", "1.2");
    PlainTlsPeer peer(Role::Server, &server_identity);
    peer.selectAlpn("netsane/1");
    SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
    CryptStream stream = client();
    peer.talkTo(stream);
    ASSERT_EQ(stream.state(), CryptState::Open) << stream.error();
    ASSERT_EQ(SSL_renegotiate(peer.ssl()), 1);
    SSL_do_handshake(peer.ssl());
    stream.pushWire(peer.pullPeer());
    EXPECT_EQ(stream.state(), CryptState::Open);
    EXPECT_GT(stream.pendingWire(), 0U);
    EXPECT_LT(stream.pendingWire(), 100U) << "more than an alert";
}

TEST_F(CryptTlsPeer, ChangesKeysButNotForEver)
{
    CryptStream stream = server();
    PlainTlsPeer peer(Role::Client);
    peer.talkTo(stream);
    for (int turns = 0; turns < 20; ++turns) {
        ASSERT_EQ(SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
        peer.write("x");
        stream.writePlain(bytesOf("y"));
        peer.talkTo(stream);
    }
    EXPECT_EQ(textOf(read(stream)), std::string(20, 'x'));
    EXPECT_EQ(peer.text, std::string(20, 'y'));
    size_t sent = 0;
    size_t most_wire = 0;
    while (stream.state() == CryptState::Open && sent < 1000000) {
        SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
        SSL_do_handshake(peer.ssl());
        const Bytes wire = peer.pullPeer();
        sent += wire.size();
        stream.pushWire(wire);
        most_wire = std::max(most_wire, stream.pendingWire());
    }
    EXPECT_EQ(stream.state(), CryptState::Error);
    EXPECT_THAT(stream.error(), HasSubstr("the peer sends much without any data in it"));
    EXPECT_LE(sent, 140000U);
    EXPECT_LE(most_wire, 131072U);
}

TEST_F(CryptTlsPeer, ClearRecordsBehindTheHandshakeEndIt)
{
    // a goodbye, a handshake message, data
    for (const std::string &bytes : {std::string("\x15\x03\x03\0\2\1\0", 7), std::string("\x16\x03\x03\0\4\0\0\0\0", 9),
                                     std::string("\x17\x03\x03\0\5GET /", 10)}) {
        CryptStream stream = server();
        PlainTlsPeer peer(Role::Client);
        peer.talkTo(stream);
        ASSERT_EQ(stream.state(), CryptState::Open);
        stream.pushWire(bytesOf(bytes));
        EXPECT_EQ(stream.state(), CryptState::Error);
    }
}

} // namespace
} // namespace netsane
