// Which methods of a plugin directory a client uses, and in which order.

#include "client/ClientMethods.hxx"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace netsane {

namespace {

constexpr std::uint32_t unix_id = 1;
constexpr std::uint32_t crypt_id = 2;
constexpr std::uint32_t asking_id = 0x8030;

using Ids = std::vector<std::uint32_t>;

// A plugin directory with auth_unix and a site's own method.
class ClientMethodsTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        folder = ::mkdtemp(name);
        install(METHOD_MODULE_DIR "/auth_unix.so");
        install(TEST_MODULE_DIR "/auth_asking.so");
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    void install(const std::filesystem::path &module) const
    {
        const auto path = folder / module.filename();
        std::filesystem::copy_file(module, path);
        ::chmod(path.c_str(), 0644);
    }

    ClientMethods methods(const char *auth)
    {
        said.clear();
        ServerSettings settings;
        settings.plugin_dir = folder;
        if (auth)
            settings.auth = splitMethodNames(auth);
        return {settings, [this](int, const std::string &text) { said += text + "\n"; }};
    }

    static Ids idsOf(ClientMethods &methods)
    {
        Ids ids;
        for (const auto *method : methods.authMethods())
            ids.push_back(method->id());
        return ids;
    }

    std::filesystem::path folder;
    std::string said;
};

} // namespace

TEST_F(ClientMethodsTest, WithoutAListWhatComesWithNetsaneIsAllowedAsFarAsItIsInstalled)
{
    auto all = methods(nullptr);
    EXPECT_EQ(Ids{unix_id}, idsOf(all));
    EXPECT_NE(nullptr, all.authMethod(unix_id));
    EXPECT_EQ(nullptr, all.authMethod(crypt_id));
    EXPECT_EQ(nullptr, all.authMethod(asking_id)); // a site's is for those who name it
    EXPECT_EQ("", said);
}

TEST_F(ClientMethodsTest, AListAllowsNothingElse)
{
    auto one = methods("asking");
    EXPECT_EQ(Ids{asking_id}, idsOf(one));
    EXPECT_EQ(nullptr, one.authMethod(unix_id));
    auto none = methods("");
    EXPECT_EQ(Ids{}, idsOf(none));
    EXPECT_EQ(nullptr, none.authMethod(unix_id));
}

TEST_F(ClientMethodsTest, TheCryptMethodIsToldHowServersAreTrusted)
{
    install(METHOD_MODULE_DIR "/crypt_tls.so");
    constexpr std::uint32_t tls_id = 1;
    ServerSettings settings;
    settings.plugin_dir = folder;
    {
        ClientMethods good(settings, {});
        EXPECT_NE(nullptr, good.cryptMethod(tls_id));
        EXPECT_EQ("", good.cryptFault());
    }
    for (const auto &member : {&ServerSettings::ca, &ServerSettings::certificate, &ServerSettings::key}) {
        auto bad = settings;
        bad.*member = "/nonexistent/file.pem";
        ClientMethods methods(bad, {});
        EXPECT_EQ(nullptr, methods.cryptMethod(tls_id));
        EXPECT_NE("", methods.cryptFault());
    }
    settings.min_version = "0.9";
    ClientMethods old(settings, {});
    EXPECT_EQ(nullptr, old.cryptMethod(tls_id));
    EXPECT_NE(std::string::npos, old.cryptFault().find("min_version")) << old.cryptFault();
}

TEST_F(ClientMethodsTest, AListHasAnOrder)
{
    auto first = methods("asking unix");
    EXPECT_EQ((Ids{asking_id, unix_id}), idsOf(first));
    auto second = methods("unix asking unix");
    EXPECT_EQ((Ids{unix_id, asking_id}), idsOf(second));
    EXPECT_NE(nullptr, second.authMethod(asking_id));
}

TEST_F(ClientMethodsTest, WhatIsNamedAndNotThereIsReported)
{
    auto some = methods("crypt unix");
    EXPECT_EQ(Ids{unix_id}, idsOf(some));
    EXPECT_NE(std::string::npos, said.find("auth_crypt.so")) << said;
}

TEST_F(ClientMethodsTest, WhatAnybodyCouldHaveWrittenIsReported)
{
    ::chmod((folder / "auth_unix.so").c_str(), 0666);
    auto all = methods(nullptr);
    EXPECT_EQ(Ids{}, idsOf(all));
    EXPECT_NE(std::string::npos, said.find("writable")) << said;
}

} // namespace netsane
