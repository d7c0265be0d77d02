#include "tests/plugins/TlsTest.hxx"

namespace netsane {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CryptTlsVerify : public TlsTest {
protected:
    /// Shakes hands as a client that asks for `name`, by the plugin's operations. What error_text says after it, "" if
    /// nothing; a client always opens.
    std::string problem(const std::string &name)
    {
        server_host.reset();
        client_host.reset();
        const Method &method = clientMethod();
        const netsane_crypt_ops_v1 &call = *method.cryptOperations(Role::Client);
        const netsane_crypt_params_v1 params{sizeof params, NETSANE_ROLE_CLIENT, "192.0.2.1", name.c_str()};
        void *stream = nullptr;
        if (call.create(method.state(), &params, &stream) != 0)
            return "(no stream)";
        EXPECT_EQ(call.error_text(stream), nullptr);
        CryptStream other = server();
        for (int turns = 0; turns < 4; ++turns) {
            const Bytes out = takeAll([&](auto space) { return call.pull_wire(stream, space.data(), space.size()); });
            other.pushWire(out);
            const Bytes in = pull(other);
            call.push_wire(stream, in.data(), in.size());
        }
        EXPECT_EQ(call.state(stream), NETSANE_STATE_OPEN);
        EXPECT_EQ(other.state(), CryptState::Open);
        const char *const text = call.error_text(stream);
        const std::string result = text != nullptr ? text : "";
        const char *const peer = call.peer_identity(stream, NETSANE_PEER_NAME);
        EXPECT_EQ(std::string(peer != nullptr ? peer : ""), result.empty() ? name : "");
        EXPECT_THAT(call.peer_identity(stream, NETSANE_PEER_FINGERPRINT), testing::StartsWith("SHA256:"));
        EXPECT_EQ(call.peer_identity(stream, 99), nullptr);
        call.free(stream);
        return result;
    }
};

TEST_F(CryptTlsVerify, NamesAndAddressesAreThoseOfTheCertificate)
{
    EXPECT_EQ(problem("scanner.example"), "");
    EXPECT_EQ(problem("SCANNER.example."), "");
    EXPECT_EQ(problem("192.0.2.1"), "");
    EXPECT_EQ(problem("2001:db8::1"), "");
    EXPECT_EQ(problem("2001:db8:0:0::1%eth0"), "");
    EXPECT_EQ(problem("other.example"), "the certificate isn't for other.example");
    EXPECT_EQ(problem("192.0.2.2"), "the certificate isn't for 192.0.2.2");
    EXPECT_EQ(problem("2001:db8::2"), "the certificate isn't for 2001:db8::2");
    EXPECT_EQ(problem("Scanner"), "the certificate isn't for Scanner");
    EXPECT_EQ(problem("example"), "the certificate isn't for example");
    EXPECT_EQ(problem(""), "there is no host name to look for in the certificate");
    EXPECT_EQ(problem(".example"), "(no stream)");
    EXPECT_EQ(problem(std::string(300, 'a')), "(no stream)");
}

TEST_F(CryptTlsVerify, CommonNameIsNoHostName)
{
    useServer(TlsIdentity({.common_name = "scanner.example", .names = {}}, &ca));
    EXPECT_EQ(problem("scanner.example"), "the certificate isn't for scanner.example");
}

TEST_F(CryptTlsVerify, UnknownCaAndSelfSigned)
{
    const TlsIdentity other({.common_name = "Other CA", .names = {}, .is_ca = true});
    useServer(TlsIdentity({.common_name = "Scanner", .names = {"DNS:scanner.example"}}, &other));
    EXPECT_EQ(problem("scanner.example"), "the certificate is of an unknown CA");
    const TlsIdentity lone({.common_name = "Scanner", .names = {"DNS:scanner.example"}});
    useServer(lone);
    EXPECT_EQ(problem("scanner.example"), "the certificate is self-signed");
    setClient("ca", files.write("lone.pem", lone.certificatePem(), 0644));
    EXPECT_EQ(problem("scanner.example"), "");
}

TEST_F(CryptTlsVerify, SystemStoreKnowsNothingOfTheTest)
{
    client_services.values.erase("crypt.tls.ca");
    EXPECT_EQ(problem("scanner.example"), "the certificate is of an unknown CA");
}

TEST_F(CryptTlsVerify, DatesByTheHostsClock)
{
    client_services.clock = tls_test_now + 400 * tls_test_day;
    EXPECT_EQ(problem("scanner.example"), "the certificate, or one that vouches for it, has expired");
    client_services.clock = tls_test_now - 2 * tls_test_day;
    EXPECT_EQ(problem("scanner.example"), "the certificate, or one that vouches for it, isn't valid yet");
}

TEST_F(CryptTlsVerify, ChainOfTheServersFile)
{
    const TlsIdentity between({.common_name = "Between", .names = {}, .is_ca = true}, &ca);
    const TlsIdentity leaf({.common_name = "Scanner", .names = {"DNS:scanner.example"}}, &between);
    useServer(leaf);
    EXPECT_EQ(problem("scanner.example"), "the certificate is of an unknown CA");
    useServer(leaf, between.certificatePem());
    EXPECT_EQ(problem("scanner.example"), "");
    useServer(leaf);
    setClient("ca", files.write("between.pem", between.certificatePem(), 0644));
    EXPECT_EQ(problem("scanner.example"), "");
}

class CryptTlsClientCertificate : public TlsTest {
protected:
    void ask(const std::string &how)
    {
        setServer("client_ca", files.write("client_ca.pem", client_ca.certificatePem(), 0644));
        setServer("client_certificate", how);
    }
    std::string nameOf(const CertificateWish &wish)
    {
        client_host.reset();
        useClient(TlsIdentity(wish, &client_ca));
        TlsPair tls = pair();
        tls.settle();
        EXPECT_EQ(tls.server.state(), CryptState::Open) << tls.server.error();
        return tls.server.peerName();
    }

    const TlsIdentity client_ca{{.common_name = "People", .names = {}, .is_ca = true}};
};

TEST_F(CryptTlsClientCertificate, TellsWhoTheClientIs)
{
    ask("required");
    const TlsIdentity alice({.common_name = "Alice", .names = {"email:alice@example"}}, &client_ca);
    useClient(alice);
    TlsPair tls = pair();
    tls.settle();
    ASSERT_EQ(tls.server.state(), CryptState::Open) << tls.server.error();
    EXPECT_EQ(tls.server.peerName(), "alice@example");
    EXPECT_EQ(tls.server.peerFingerprint(), alice.fingerprint());
}

TEST_F(CryptTlsClientCertificate, NameIsTheFirstAlternativeOrTheCommonName)
{
    ask("optional");
    EXPECT_EQ(nameOf({.common_name = "x", .names = {"IP:192.0.2.7", "DNS:pc.example", "email:bob@example"}}),
              "pc.example");
    EXPECT_EQ(nameOf({.common_name = "Bob", .names = {"IP:192.0.2.7"}}), "Bob");
    EXPECT_EQ(nameOf({.common_name = "B\xc3\xb6"
                                     "b",
                      .names = {}}),
              "B\xc3\xb6"
              "b");
    EXPECT_EQ(nameOf({.common_name = "root\n", .names = {}}), "");
    EXPECT_EQ(nameOf({.common_name = std::string("root\0x", 6), .names = {}}), "");
}

TEST_F(CryptTlsClientCertificate, MissingWhereRequired)
{
    ask("required");
    TlsPair tls = pair();
    tls.settle();
    EXPECT_EQ(tls.server.state(), CryptState::Error);
    EXPECT_THAT(tls.server.error(), HasSubstr("the client shows no certificate"));
    EXPECT_EQ(tls.client.state(), CryptState::Error);
    EXPECT_THAT(tls.client.error(), HasSubstr("the peer refuses: tlsv13 alert certificate required"));
}

TEST_F(CryptTlsClientCertificate, MissingWhereOptional)
{
    ask("optional");
    TlsPair tls = pair();
    tls.settle();
    EXPECT_EQ(tls.server.state(), CryptState::Open);
    EXPECT_EQ(tls.server.peerName(), "");
    EXPECT_EQ(tls.server.peerFingerprint(), "");
}

TEST_F(CryptTlsClientCertificate, OfAnotherCaIsRefused)
{
    for (const char *const how : {"optional", "required"}) {
        server_host.reset();
        ask(how);
        useClient(TlsIdentity({.common_name = "Mallory", .names = {}}, &ca));
        TlsPair tls = pair();
        tls.settle();
        EXPECT_EQ(tls.server.state(), CryptState::Error);
        EXPECT_THAT(tls.server.error(), HasSubstr("of the client: the certificate is of an unknown CA"));
        EXPECT_THAT(tls.client.error(), HasSubstr("alert unknown ca"));
    }
}

TEST_F(CryptTlsClientCertificate, ExpiredIsRefused)
{
    ask("required");
    useClient(TlsIdentity({.common_name = "Alice", .names = {}, .until = tls_test_now - 1}, &client_ca));
    TlsPair tls = pair();
    tls.settle();
    EXPECT_THAT(tls.server.error(),
                HasSubstr("of the client: the certificate, or one that vouches for it, has expired"));
}

TEST_F(CryptTlsClientCertificate, IsNotAskedForWithoutCa)
{
    useClient(TlsIdentity({.common_name = "Alice", .names = {}}, &client_ca));
    TlsPair tls = pair();
    tls.settle();
    EXPECT_EQ(tls.server.state(), CryptState::Open);
    EXPECT_THAT(tls.server.peerName(), IsEmpty());
}

} // namespace
} // namespace netsane
