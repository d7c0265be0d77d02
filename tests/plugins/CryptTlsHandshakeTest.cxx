#include "tests/plugins/TlsTest.hxx"

namespace netsane {
namespace {

using testing::HasSubstr;

class CryptTlsHandshake : public TlsTest {};

TEST_F(CryptTlsHandshake, OpensWholeAndByteByByte)
{
    for (const size_t at_once : {size_t{1}, size_t{7}, size_t{65536}}) {
        SCOPED_TRACE(at_once);
        TlsPair tls = pair();
        EXPECT_FALSE(tls.client.isPassthrough());
        EXPECT_EQ(tls.server.state(), CryptState::Handshake);
        EXPECT_EQ(tls.server.pendingWire(), 0U);
        EXPECT_GT(tls.client.pendingWire(), 0U);
        EXPECT_EQ(tls.client.writePlain(bytesOf("early")), 0U);
        EXPECT_EQ(tls.client.peerFingerprint(), "");
        EXPECT_TRUE(tls.client.exportBinding().empty());
        tls.settle(at_once);
        ASSERT_EQ(tls.client.state(), CryptState::Open) << tls.client.error();
        ASSERT_EQ(tls.server.state(), CryptState::Open) << tls.server.error();
        EXPECT_EQ(tls.client.writePlain(bytesOf("a question")), 10U);
        EXPECT_EQ(tls.server.writePlain(bytesOf("an answer")), 9U);
        tls.settle(at_once);
        EXPECT_EQ(tls.client.pendingPlain(), 9U);
        EXPECT_EQ(textOf(read(tls.server)), "a question");
        EXPECT_EQ(textOf(read(tls.client)), "an answer");
    }
}

TEST_F(CryptTlsHandshake, KnowsTheServer)
{
    TlsPair tls = pair();
    tls.settle();
    EXPECT_EQ(tls.client.peerName(), "scanner.example");
    EXPECT_EQ(tls.client.peerFingerprint(), server_identity.fingerprint());
    EXPECT_EQ(tls.server.peerName(), "");
    EXPECT_EQ(tls.server.peerFingerprint(), "");
    EXPECT_THAT(server_services.log(), HasSubstr("3 crypt_tls: certificate " + server_identity.fingerprint() +
                                                 ", valid until 2028-01-15 08:00:00 UTC"));
}

TEST_F(CryptTlsHandshake, BindsToTheConnection)
{
    TlsPair one = pair();
    TlsPair other = pair();
    one.settle();
    other.settle();
    EXPECT_EQ(one.client.exportBinding().size(), 32U);
    EXPECT_EQ(one.client.exportBinding(), one.server.exportBinding());
    EXPECT_EQ(other.client.exportBinding(), other.server.exportBinding());
    EXPECT_NE(one.client.exportBinding(), other.client.exportBinding());
}

TEST_F(CryptTlsHandshake, GivesNoTickets)
{
    TlsPair tls = pair();
    tls.to_server.carry(tls.client, tls.server, 65536);
    tls.to_client.carry(tls.server, tls.client, 65536);
    ASSERT_EQ(tls.client.state(), CryptState::Open);
    tls.to_server.carry(tls.client, tls.server, 65536);
    ASSERT_EQ(tls.server.state(), CryptState::Open);
    EXPECT_EQ(tls.server.pendingWire(), 0U);
}

TEST_F(CryptTlsHandshake, TakesDataInTheSegmentOfItsEnd)
{
    TlsPair tls = pair();
    tls.to_server.carry(tls.client, tls.server, 65536);
    tls.to_client.carry(tls.server, tls.client, 65536);
    ASSERT_EQ(tls.client.writePlain(bytesOf("INIT")), 4U);
    tls.to_server.carry(tls.client, tls.server, 65536);
    EXPECT_EQ(textOf(read(tls.server)), "INIT");
}

TEST_F(CryptTlsHandshake, SaysGoodbyeAfterItWhenShutDownInIt)
{
    TlsPair tls = pair();
    tls.server.shutdown();
    tls.settle();
    EXPECT_EQ(tls.server.state(), CryptState::Open);
    EXPECT_EQ(tls.client.state(), CryptState::Closed);
}

TEST_F(CryptTlsHandshake, FailsOnAnythingElse)
{
    const std::string clear("\0\0\0\4\0\0\0\x10\0\0\0\0", 12);
    const std::string goodbye("\x15\x03\x03\0\2\1\0", 7);
    const std::string refusal("\x15\x03\x03\0\2\2\x30", 7);
    const auto error_after = [](CryptStream stream, const std::string &bytes) {
        stream.pushWire(bytesOf(bytes));
        EXPECT_EQ(stream.state(), CryptState::Error);
        EXPECT_EQ(stream.pushWire(bytesOf("more")), 0U);
        EXPECT_EQ(ERR_peek_error(), 0U);
        return stream.error();
    };
    EXPECT_THAT(error_after(server(), "GET / HTTP/1.0\r\n\r\n"), HasSubstr("http request"));
    EXPECT_THAT(error_after(server(), clear), HasSubstr("wrong version number"));
    EXPECT_THAT(error_after(client(), clear), HasSubstr("wrong version number"));
    EXPECT_THAT(error_after(server(), goodbye), HasSubstr("unexpected message"));
    EXPECT_THAT(error_after(client(), goodbye), HasSubstr("the peer has ended the connection in the handshake"));
    EXPECT_THAT(error_after(client(), refusal), HasSubstr("the peer refuses: tlsv1 alert unknown ca"));
}

TEST_F(CryptTlsHandshake, DoesNotGoOnForEver)
{
    CryptStream stream = server();
    // a ClientHello of 128 KiB, one byte in each record
    Bytes wire;
    const auto record = [&wire](unsigned char byte) {
        for (const unsigned char c : {0x16, 3, 1, 0, 1, static_cast<int>(byte)})
            wire.push_back(static_cast<std::byte>(c));
    };
    for (const unsigned char byte : {1, 1, 0xff, 0})
        record(byte);
    while (wire.size() < 300000)
        record(3);
    size_t taken = 0;
    while (const size_t count = stream.pushWire(std::span(wire).subspan(taken, 1000)))
        taken += count;
    EXPECT_EQ(stream.state(), CryptState::Error);
    EXPECT_LE(taken, 131072U + 1000U);
}

TEST_F(CryptTlsHandshake, IsTruncatedByTheEndOfTheConnection)
{
    TlsPair tls = pair();
    tls.to_server.carry(tls.client, tls.server, 65536);
    tls.server.endWire();
    tls.client.endWire();
    EXPECT_EQ(tls.server.state(), CryptState::Truncated);
    EXPECT_EQ(tls.client.state(), CryptState::Truncated);
    EXPECT_EQ(tls.client.peerFingerprint(), "");
}

TEST_F(CryptTlsHandshake, IsNotDisturbedByErrorsOfTheProgram)
{
    TlsPair tls = pair();
    ERR_raise(ERR_LIB_USER, 1);
    tls.to_server.carry(tls.client, tls.server, 3);
    ERR_raise(ERR_LIB_USER, 1);
    tls.settle();
    EXPECT_EQ(tls.client.state(), CryptState::Open) << tls.client.error();
    EXPECT_EQ(tls.server.state(), CryptState::Open) << tls.server.error();
    EXPECT_EQ(ERR_peek_error(), 0U);
}

} // namespace
} // namespace netsane
