#include "plugin/PluginError.hxx"
#include "tests/plugins/TlsTest.hxx"

namespace netsane {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CryptTlsConfig : public TlsTest {
protected:
    std::string serverRefusal() { return refusal(server_services); }
    std::string clientRefusal() { return refusal(client_services); }
    void unsetServer(const std::string &key) { server_services.values.erase("crypt.tls." + key); }

private:
    static std::string refusal(TlsServices &services)
    {
        PluginHost fresh(moduleFolder(), services);
        try {
            fresh.load(PluginKind::Crypt, "tls");
        } catch (const PluginError &error) {
            return error.what();
        }
        return "(loaded)";
    }
};

TEST_F(CryptTlsConfig, IsMethodOneForBothRoles)
{
    EXPECT_EQ(serverMethod().id(), 1U);
    EXPECT_TRUE(serverMethod().supports(Role::Server));
    EXPECT_TRUE(serverMethod().supports(Role::Client));
    EXPECT_FALSE(serverMethod().has(NETSANE_FLAG_PASSTHROUGH));
}

TEST_F(CryptTlsConfig, ServesOnlyTheRolesAnnounced)
{
    EXPECT_EQ(CryptStream(serverMethod(), Role::Client).state(), CryptState::Error);
    EXPECT_EQ(CryptStream(clientMethod(), Role::Server).state(), CryptState::Error);
    EXPECT_THAT(server_services.log(), HasSubstr("a role that the host hasn't announced"));
}

TEST_F(CryptTlsConfig, ServerNeedsCertificateAndKey)
{
    unsetServer("key");
    EXPECT_THAT(serverRefusal(), HasSubstr("a server needs a certificate and its private key"));
    useServer(server_identity);
    unsetServer("certificate");
    EXPECT_THAT(serverRefusal(), HasSubstr("a server needs a certificate and its private key"));
    setServer("certificate", files.path() + "/absent.pem");
    EXPECT_THAT(serverRefusal(), AllOf(HasSubstr("absent.pem"), HasSubstr("No such file")));
}

TEST_F(CryptTlsConfig, KeyThatOthersMayReadIsRefused)
{
    ModuleFolder::setMode(files.file("server.key"), 0644);
    EXPECT_THAT(serverRefusal(), AllOf(HasSubstr("[crypt_tls] key"), HasSubstr("server.key")));
}

TEST_F(CryptTlsConfig, EncryptedKeyIsRefusedWithoutAQuestion)
{
    setServer("key", files.write("encrypted.key", server_identity.encryptedKeyPem(), 0600));
    EXPECT_THAT(serverRefusal(),
                AllOf(HasSubstr("[crypt_tls] key: " + files.file("encrypted.key")), HasSubstr("the key is encrypted")));
    const std::string old =
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
    setServer("key", files.write("old.key", old, 0600));
    EXPECT_THAT(serverRefusal(), HasSubstr("the key is encrypted"));
    setServer("certificate", files.write("odd.pem",
                                         "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
                                         "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
                                         "-----END CERTIFICATE-----\n",
                                         0644));
    EXPECT_THAT(serverRefusal(), HasSubstr("damaged"));
}

TEST_F(CryptTlsConfig, FilesWithSomethingElseAreRefused)
{
    const std::string certificate = server_identity.certificatePem();
    setServer("key", files.write("not.key", certificate, 0600));
    EXPECT_THAT(serverRefusal(), HasSubstr("not.key: no private key in PEM can be read from it"));
    useServer(server_identity);
    setServer("certificate", files.write("not.pem", server_identity.keyPem(), 0600));
    EXPECT_THAT(serverRefusal(), HasSubstr("there is no certificate in PEM in it"));
    setServer("certificate", files.write("empty.pem", "", 0644));
    EXPECT_THAT(serverRefusal(), HasSubstr("there is no certificate in PEM in it"));
    std::string damaged = certificate;
    damaged[100] = damaged[100] == 'A' ? 'B' : 'A';
    damaged[101] = '!';
    setServer("certificate", files.write("damaged.pem", certificate + damaged, 0644));
    EXPECT_THAT(serverRefusal(), HasSubstr("damaged.pem: damaged: "));
}

TEST_F(CryptTlsConfig, KeyMustBelongToTheCertificate)
{
    setServer("key", files.write("other.key", ca.keyPem(), 0600));
    EXPECT_THAT(serverRefusal(),
                HasSubstr("other.key: this isn't the key of the first certificate in " + files.path()));
}

TEST_F(CryptTlsConfig, TooLongAChainIsRefused)
{
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += ca.certificatePem();
    useServer(server_identity, many);
    EXPECT_THAT(serverRefusal(), HasSubstr("more than 64 KiB"));
}

TEST_F(CryptTlsConfig, OwnCertificateOutOfDateIsAWarning)
{
    EXPECT_EQ(serverRefusal(), "(loaded)");
    EXPECT_THAT(server_services.log(), Not(HasSubstr("2 crypt_tls: ")));
    server_services.clock = tls_test_now + 400 * tls_test_day;
    EXPECT_EQ(serverRefusal(), "(loaded)");
    EXPECT_THAT(server_services.log(), HasSubstr("server.pem has expired at 2028-01-15 08:00:00 UTC"));
    server_services.clock = tls_test_now - 2 * tls_test_day;
    EXPECT_EQ(serverRefusal(), "(loaded)");
    EXPECT_THAT(server_services.log(), HasSubstr("server.pem isn't valid before 2027-01-14 08:00:00 UTC"));
}

TEST_F(CryptTlsConfig, ValuesAreChecked)
{
    setServer("min_version", "1.1");
    EXPECT_THAT(serverRefusal(), HasSubstr("[crypt_tls] min_version: 1.1: must be \"1.3\" or \"1.2\""));
    unsetServer("min_version");
    setServer("client_certificate", "required");
    EXPECT_THAT(serverRefusal(), HasSubstr("can't be verified without \"client_ca\""));
    setServer("client_ca", files.file("ca.pem"));
    EXPECT_EQ(serverRefusal(), "(loaded)");
    setServer("client_certificate", "perhaps");
    EXPECT_THAT(serverRefusal(), HasSubstr("must be \"required\" or \"optional\""));
}

TEST_F(CryptTlsConfig, ClientNeedsNothing)
{
    client_services.values.clear();
    EXPECT_EQ(clientRefusal(), "(loaded)");
    setClient("certificate", files.file("server.pem"));
    EXPECT_THAT(clientRefusal(), HasSubstr("[crypt_tls] key is not set"));
    setClient("key", files.file("server.key"));
    EXPECT_EQ(clientRefusal(), "(loaded)");
    setClient("ca", files.file("server.key"));
    EXPECT_THAT(clientRefusal(), HasSubstr("there is no certificate in PEM in it"));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

} // namespace
} // namespace netsane
