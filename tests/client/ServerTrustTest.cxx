// Which server is believed to be itself, by its certificate, its fingerprint and what known_servers has.

#include "client/ServerTrust.hxx"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = TrustVerdict::Kind;

const std::string pin_a = "SHA256:" + std::string(64, 'a');
const std::string pin_b = "SHA256:" + std::string(64, 'b');

PeerIdentity selfSigned(const std::string &fingerprint = pin_a)
{
    return {std::nullopt, fingerprint, "the certificate is self-signed"};
}

PeerIdentity vouchedFor()
{
    return {"alpha", pin_b, ""};
}

class ServerTrustTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        home = ::mkdtemp(name);
        ::setenv("HOME", home.c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
        path = home + "/.config/netsane/known_servers";
    }
    void TearDown() override { std::filesystem::remove_all(home); }

    ServerTrust trust(bool local = false)
    {
        said.clear();
        return {*parseServerName("alpha"), settings, local,
                [this](int level, const std::string &text) { said += std::to_string(level) + " " + text + "\n"; }};
    }

    // A whole connection; the reason for its end, or "".
    std::string connect(const PeerIdentity &peer, bool local = false)
    {
        auto trust = this->trust(local);
        trust.cryptPolicy();
        if (const auto refusal = trust.check(peer))
            return *refusal;
        return trust.remember().value_or("");
    }

    CryptPolicy policy(bool local)
    {
        auto trust = this->trust(local);
        const auto policy = trust.cryptPolicy();
        because = trust.requiredBecause();
        return policy;
    }

    void write(const std::string &text, mode_t mode = 0600) const
    {
        std::filesystem::create_directories(home + "/.config/netsane");
        for (const char *folder : {"/.config", "/.config/netsane"})
            ::chmod((home + folder).c_str(), 0700);
        std::ofstream(path) << text;
        ASSERT_EQ(0, ::chmod(path.c_str(), mode));
    }

    std::string content() const
    {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::string home;
    std::string path;
    ServerSettings settings;
    std::string said;
    std::string because;
};

} // namespace

TEST_F(ServerTrustTest, TheFirstFingerprintIsKeptAndAnotherRefused)
{
    EXPECT_EQ("", connect(selfSigned()));
    EXPECT_EQ("alpha:6576 " + pin_a + "\n", content());
    EXPECT_THAT(said, AllOf(HasSubstr("alpha"), HasSubstr("self-signed"), HasSubstr(pin_a), HasSubstr(path)));
    EXPECT_EQ("", connect(selfSigned()));
    EXPECT_EQ("", said);
    const auto reason = connect(selfSigned(pin_b));
    EXPECT_THAT(reason, AllOf(HasSubstr("alpha shows another certificate"), HasSubstr(pin_a), HasSubstr(pin_b),
                              HasSubstr(path + ":1"), HasSubstr("remove line 1 of " + path)));
    EXPECT_EQ("alpha:6576 " + pin_a + "\n", content());
}

TEST_F(ServerTrustTest, NothingIsWrittenBeforeTheServerProvesUsable)
{
    auto trust = this->trust();
    EXPECT_EQ(std::nullopt, trust.check(selfSigned()));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_EQ(std::nullopt, trust.remember());
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ServerTrustTest, RecognisesByACaOrByWhatIsKnownAlone)
{
    const auto recognises = [this](const PeerIdentity &peer, bool local = false) {
        auto trust = this->trust(local);
        EXPECT_FALSE(trust.isRecognised());
        trust.check(peer);
        return trust.isRecognised();
    };
    EXPECT_TRUE(recognises(vouchedFor())) << "also the first time";
    EXPECT_FALSE(recognises(selfSigned())) << "the first time";
    EXPECT_FALSE(recognises(selfSigned("odd"), true)) << "taken because it is on this machine";
    write("alpha:6576 " + pin_a + "\n");
    EXPECT_TRUE(recognises(selfSigned()));
    EXPECT_FALSE(recognises(selfSigned(pin_b)));
    write("alpha:6576 verified\n");
    EXPECT_FALSE(recognises(selfSigned()));
}

TEST_F(ServerTrustTest, AnotherProgramMayBeFirst)
{
    auto trust = this->trust();
    EXPECT_EQ(std::nullopt, trust.check(selfSigned()));
    write("alpha:6576 " + pin_b + "\n");
    EXPECT_THAT(trust.remember().value_or(""), HasSubstr("another certificate"));
    EXPECT_EQ("alpha:6576 " + pin_b + "\n", content());
}

TEST_F(ServerTrustTest, AVerifiedServerIsRememberedAndMayNotFallBack)
{
    EXPECT_EQ("", connect(vouchedFor()));
    EXPECT_EQ("alpha:6576 verified\n", content());
    EXPECT_THAT(connect(selfSigned()), AllOf(HasSubstr("had a certificate that a CA vouches for"),
                                             HasSubstr(path + ":1"), HasSubstr("self-signed"), HasSubstr(pin_a)));
    EXPECT_EQ("", connect({"alpha", pin_a, ""})); // a new certificate of a CA is none of our business
    EXPECT_EQ("alpha:6576 verified\n", content());
}

TEST_F(ServerTrustTest, APinnedServerMayBecomeVerified)
{
    write("# mine\nalpha " + pin_a + "\nbeta:6576 verified\n");
    EXPECT_EQ("", connect(vouchedFor()));
    EXPECT_EQ("# mine\nalpha:6576 verified\nbeta:6576 verified\n", content());
}

TEST_F(ServerTrustTest, WithACaNothingElseCounts)
{
    settings.ca = "/etc/ca.pem";
    write("alpha:6576 " + pin_a + "\n");
    for (const bool local : {false, true})
        EXPECT_THAT(connect(selfSigned(), local),
                    AllOf(HasSubstr("self-signed"), HasSubstr("/etc/ca.pem"), HasSubstr("alpha")));
    EXPECT_EQ("", connect(vouchedFor()));
}

TEST_F(ServerTrustTest, WithoutMemoryOnlyThisMachineIsTrusted)
{
    write("alpha:6576 " + pin_a + "\n", 0666);
    EXPECT_THAT(connect(selfSigned()), AllOf(HasSubstr("can't be recognised"), HasSubstr("writable by group or others"),
                                             HasSubstr(pin_a), HasSubstr("ca=FILE")));
    EXPECT_EQ("", connect(selfSigned(), true));
    EXPECT_THAT(said, HasSubstr("1 alpha: not recognised"));
    EXPECT_EQ("", connect(vouchedFor()));
    EXPECT_THAT(said, HasSubstr("can't be remembered"));
    settings.tls = TlsMode::require; // a tunnel begins here
    EXPECT_NE("", connect(selfSigned(), true));
}

TEST_F(ServerTrustTest, AFileThatCanNotBeWrittenIsNoMemory)
{
    write("");
    std::filesystem::create_directory(path + ".lock");
    EXPECT_THAT(connect(selfSigned()), AllOf(HasSubstr("can't be recognised"), HasSubstr("known_servers.lock")));
    EXPECT_EQ("", connect(selfSigned(), true));
    EXPECT_EQ("", connect(vouchedFor()));
    ::unsetenv("HOME");
    EXPECT_THAT(connect(selfSigned()), HasSubstr("neither $XDG_CONFIG_HOME nor $HOME"));
    EXPECT_EQ("", connect(selfSigned(), true));
}

TEST_F(ServerTrustTest, AFileOfTheConfigurationGoesBefore)
{
    settings.known_servers = home + "/own";
    EXPECT_EQ("", connect(selfSigned()));
    EXPECT_TRUE(std::filesystem::exists(home + "/own"));
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTrustTest, ABrokenLineIsNoFirstUse)
{
    write("# \nalpha:6576 SHA256:1234\n");
    for (const bool local : {false, true})
        EXPECT_THAT(connect(selfSigned(), local),
                    AllOf(HasSubstr(path + ":2"), HasSubstr("isn't right"), HasSubstr(pin_a)));
    EXPECT_THAT(said, HasSubstr("0 " + path + ":2: expected SHA256:"));
    EXPECT_EQ(said.find("expected"), said.rfind("expected")); // told once
}

TEST_F(ServerTrustTest, APeerWithoutAnythingToRecogniseIsRefused)
{
    for (const char *fingerprint : {"", "SHA256:", "MD5:00", "SHA256:x verified"}) {
        EXPECT_THAT(connect(selfSigned(fingerprint)), HasSubstr("nothing that it could be recognised by"));
        EXPECT_EQ("", connect(selfSigned(fingerprint), true));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTrustTest, ANameThatCanNotBeWrittenIsNeverWritten)
{
    for (const char *name : {"unix:/a\nbeta verified", "unix:/a\"b"}) {
        for (const bool strict : {false, true}) {
            if (strict)
                settings.tls = TlsMode::require;
            else
                settings.tls.reset();
            ServerTrust trust(*parseServerName(name), settings, true, {});
            EXPECT_EQ(strict, trust.check(selfSigned()).has_value());
            EXPECT_EQ(std::nullopt, trust.remember());
        }
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTrustTest, PoliciesWithoutMemory)
{
    EXPECT_EQ(CryptPolicy::require, policy(false));
    EXPECT_EQ(CryptPolicy::prefer, policy(true));
    settings.ca = "/etc/ca.pem"; // says that it matters
    EXPECT_EQ(CryptPolicy::require, policy(true));
    settings.ca.reset();
    settings.tls = TlsMode::prefer;
    EXPECT_EQ(CryptPolicy::prefer, policy(false));
    settings.tls = TlsMode::require;
    EXPECT_EQ(CryptPolicy::require, policy(true));
    for (const bool by_default : {false, true}) {
        settings.tls = TlsMode::off;
        settings.tls_by_default = by_default;
        EXPECT_EQ(CryptPolicy::off, policy(false));
    }
}

TEST_F(ServerTrustTest, WhatWasSeenWithTlsIsNotSpokenToInClear)
{
    for (const auto &what : {pin_a, std::string("verified"), std::string("broken")}) {
        write("alpha:6576 " + what + "\n");
        settings.tls.reset();
        EXPECT_EQ(CryptPolicy::require, policy(true));
        EXPECT_THAT(because, AllOf(HasSubstr("seen with TLS (" + path + ":1)"), HasSubstr("tls=off")));
        settings.tls = TlsMode::prefer;
        EXPECT_EQ(CryptPolicy::require, policy(false));
        settings.tls = TlsMode::off;
        settings.tls_by_default = true;
        EXPECT_EQ(CryptPolicy::require, policy(false));
        settings.tls_by_default = false;
        EXPECT_EQ(CryptPolicy::off, policy(false));
        EXPECT_EQ("", because);
    }
}

TEST_F(ServerTrustTest, WhereMemoryIsUnusableTheNetworkIsNotSpokenToInClear)
{
    write("alpha:6576 " + pin_a + "\n", 0666);
    settings.tls = TlsMode::prefer;
    EXPECT_EQ(CryptPolicy::require, policy(false));
    EXPECT_THAT(because, HasSubstr("writable by group or others"));
    EXPECT_EQ(CryptPolicy::prefer, policy(true));
}

} // namespace netsane
