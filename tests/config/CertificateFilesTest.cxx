#include "config/CertificateFiles.hxx"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace netsane;

namespace {

ServerConfig parse(const std::string &text)
{
    return parseServerConfig(text, "test.conf");
}

} // namespace

TEST(CertificateFiles, AreTheServersOwnWhereNeitherIsConfigured)
{
    auto config = parse("crypt = [\"tls\"]\n[crypt_tls]\nmin_version = \"1.2\"");
    const auto files = certificateFiles(config, "/state");
    EXPECT_TRUE(files.own);
    EXPECT_EQ(files.certificate, "/state/tls/certificate.pem");
    EXPECT_EQ(files.key, "/state/tls/key.pem");
    useCertificate(config, files);
    EXPECT_EQ(config.crypt_settings.at("tls"), (MethodSettings{{"certificate", "/state/tls/certificate.pem"},
                                                               {"key", "/state/tls/key.pem"},
                                                               {"min_version", "1.2"}}));
}

TEST(CertificateFiles, AreTheConfiguredOnesEvenIfOneIsMissing)
{
    const auto one = certificateFiles(parse("[crypt_tls]\nkey = \"/k\""), "/state");
    EXPECT_FALSE(one.own);
    EXPECT_EQ(one.certificate, "");
    EXPECT_EQ(one.key, "/k");
    const auto both = certificateFiles(parse("[crypt_tls]\nkey = \"/k\"\ncertificate = \"/c\""), "/state");
    EXPECT_FALSE(both.own);
    EXPECT_EQ(both.certificate, "/c");
}

TEST(CertificateFiles, AreNoneWithoutTls)
{
    const auto files = certificateFiles(parse("crypt = [\"none\"]\n[crypt_tls]\nkey = \"/k\""), "/state");
    EXPECT_FALSE(files.own);
    EXPECT_EQ(files.certificate + files.key, "");
}

TEST(CertificateFiles, StandBelowTheStateOfWhoStartsTheServer)
{
    EXPECT_EQ(stateFolder(parse("state_dir = \"/s\""), "/var/lib/netsane", true), "/s");
    EXPECT_EQ(stateFolder(parse("state_dir = \"/s\""), "/var/lib/netsane", false), "/s");
    EXPECT_EQ(stateFolder(parse(""), "/var/lib/netsane", true), "/var/lib/netsane");
    ASSERT_EQ(::setenv("HOME", "/home/alice", 1), 0);
    ASSERT_EQ(::setenv("XDG_STATE_HOME", "/state", 1), 0);
    EXPECT_EQ(stateFolder(parse(""), "/var/lib/netsane", false), "/state/netsane");
    ASSERT_EQ(::setenv("XDG_STATE_HOME", "relative", 1), 0);
    EXPECT_EQ(stateFolder(parse(""), "/var/lib/netsane", false), "/home/alice/.local/state/netsane");
    ASSERT_EQ(::unsetenv("XDG_STATE_HOME"), 0);
    EXPECT_EQ(stateFolder(parse(""), "/var/lib/netsane", false), "/home/alice/.local/state/netsane");
}
