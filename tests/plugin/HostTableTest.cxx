#include "plugin/HostTable.hxx"

#include "plugin/ExchangeHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <algorithm>
#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

namespace netsane {
namespace {

using testing::HasSubstr;

class HostTableTest : public testing::Test {
protected:
    TestServices services;
    HostTable owner{services, PluginKind::Auth, "test"};
    const netsane_host_v1 &host = *owner.table();
};

TEST_F(HostTableTest, SetsEveryFunction)
{
    EXPECT_EQ(host.struct_size, sizeof host);
    EXPECT_EQ(host.roles, NETSANE_ROLE_SERVER | NETSANE_ROLE_CLIENT);
    std::array<void *, (sizeof host - offsetof(netsane_host_v1, log)) / sizeof(void *)> functions{};
    std::memcpy(functions.data(), reinterpret_cast<const char *>(&host) + offsetof(netsane_host_v1, log),
                sizeof functions);
    EXPECT_EQ(std::ranges::count(functions, nullptr), 0);
}

TEST_F(HostTableTest, LogsWithoutControlCharacters)
{
    host.log(host.host, NETSANE_LOG_WARNING, "two\nlines");
    host.log(host.host, 99, "odd level");
    host.log(host.host, NETSANE_LOG_INFO, nullptr);
    EXPECT_EQ(services.log(), "2 auth_test: two?lines\n1 auth_test: odd level\n3 auth_test: \n");
    EXPECT_EQ(owner.lastError(), "odd level");
}

TEST_F(HostTableTest, KeepsConfigurationValues)
{
    services.values["auth.test.key"] = "value";
    const char *const value = host.config(host.host, "key");
    ASSERT_STREQ(value, "value");
    services.values["auth.test.key"] = "changed";
    EXPECT_EQ(host.config(host.host, "key"), value);
    EXPECT_STREQ(value, "value");
    EXPECT_EQ(host.config(host.host, "other"), nullptr);
    EXPECT_EQ(host.config(host.host, nullptr), nullptr);
}

TEST_F(HostTableTest, OpensAndClosesFiles)
{
    const ModuleFolder folder;
    services.values["auth.test.file"] = folder.write("one", "x");
    services.values["auth.test.empty"] = folder.write("empty", "");
    const void *data = nullptr;
    size_t size = 0;
    ASSERT_EQ(host.open_file(host.host, "file", NETSANE_FILE_SECRET, &data, &size), 0) << services.log();
    ASSERT_EQ(size, 1U);
    EXPECT_EQ(*static_cast<const char *>(data), 'x');
    host.close_file(host.host, data);
    ASSERT_EQ(host.open_file(host.host, "empty", NETSANE_FILE_SECRET, &data, &size), 0);
    EXPECT_EQ(size, 0U);
    host.close_file(host.host, data);
    host.close_file(host.host, nullptr);
    const std::string clean = services.log();
    EXPECT_EQ(clean.find("1 auth_test"), std::string::npos) << clean;
    host.close_file(host.host, data);
    EXPECT_THAT(services.log(), HasSubstr("1 auth_test: freed memory that it was not given"));
}

TEST_F(HostTableTest, SaysWhyAFileIsRefused)
{
    const ModuleFolder folder;
    services.values["auth.test.relative"] = "shadow";
    services.values["auth.test.public"] = folder.write("public", "x", 0644);
    const void *data = nullptr;
    size_t size = 0;
    EXPECT_EQ(host.open_file(host.host, "none", NETSANE_FILE_SECRET, &data, &size), -1);
    EXPECT_EQ(services.lines.back(), "1 auth_test: [auth_test] none is not set in the configuration");
    EXPECT_EQ(host.open_file(host.host, "relative", NETSANE_FILE_SECRET, &data, &size), -1);
    EXPECT_EQ(services.lines.back(), "1 auth_test: [auth_test] relative = \"shadow\" is not an absolute path");
    EXPECT_EQ(host.open_file(host.host, "public", NETSANE_FILE_SECRET, &data, &size), -1);
    EXPECT_EQ(services.lines.back(), "1 auth_test: [auth_test] public: " + folder.file("public") +
                                         ": holds secrets but is readable by others (mode 0644)");
    EXPECT_EQ(host.open_file(host.host, "public", NETSANE_FILE_PUBLIC, &data, &size), 0);
    EXPECT_EQ(host.open_file(host.host, "public", 7, &data, &size), -1);
    EXPECT_EQ(host.open_file(host.host, "public", NETSANE_FILE_PUBLIC, nullptr, &size), -1);
}

TEST_F(HostTableTest, GivesAndTakesMemory)
{
    auto *const memory = static_cast<char *>(host.secure_alloc(host.host, 100));
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory[99], 0);
    host.secure_free(host.host, memory);
    host.secure_free(host.host, nullptr);
    EXPECT_NE(host.secure_alloc(host.host, 0), nullptr);
    EXPECT_EQ(host.secure_alloc(host.host, SIZE_MAX), nullptr);
    // what is not given back goes with the table: the leak sanitizer would tell
    EXPECT_NE(host.secure_alloc(host.host, 10), nullptr);
}

TEST_F(HostTableTest, ComparesAndTellsTheTime)
{
    EXPECT_EQ(host.equal(host.host, "abc", "abc", 3), 1);
    EXPECT_EQ(host.equal(host.host, "abc", "abd", 3), 0);
    EXPECT_EQ(host.monotonic_ms(host.host), 1000U);
    EXPECT_EQ(host.wall_seconds(host.host), 1234567890);
    std::array<char, 64> bytes{};
    EXPECT_EQ(host.random(host.host, bytes.data(), bytes.size()), 0);
    EXPECT_LT(std::ranges::count(bytes, '\0'), 64);
}

class ThrowingServices : public TestServices {
    void log(PluginLogLevel, std::string_view, std::string_view) override { throw std::runtime_error("log"); }
    std::optional<std::string> configValue(PluginKind, std::string_view, std::string_view) override { throw 1; }
    void randomBytes(std::span<std::byte>) override { throw std::runtime_error("random"); }
    std::chrono::milliseconds monotonicNow() const override { throw std::runtime_error("clock"); }
};

TEST(HostTable, LetsNoExceptionIntoThePlugin)
{
    ThrowingServices services;
    const HostTable owner(services, PluginKind::Auth, "test");
    const netsane_host_v1 &host = *owner.table();
    host.log(host.host, NETSANE_LOG_ERROR, "text");
    EXPECT_EQ(host.config(host.host, "key"), nullptr);
    char byte = 0;
    EXPECT_EQ(host.random(host.host, &byte, 1), -1);
    EXPECT_EQ(host.monotonic_ms(host.host), 0U);
}

class Exchange final : public ExchangeHost {
public:
    bool prompt(uint32_t, std::string_view text, std::span<char>) override
    {
        seen = text;
        throw std::runtime_error("nobody there");
    }
    bool setIdentity(std::string_view identity) override { return identity == "alice"; }
    void setReason(std::string_view reason) override { seen = reason; }

    std::string seen;
};

TEST_F(HostTableTest, PassesOnCallsOfAnExchange)
{
    Exchange exchange;
    void *const handle = static_cast<ExchangeHost *>(&exchange);
    EXPECT_EQ(host.prompt(handle, NETSANE_PROMPT_INFO, "a\nb\033", nullptr, 0), -1);
    EXPECT_EQ(exchange.seen, "a\nb?");
    EXPECT_EQ(host.set_identity(handle, "alice"), 0);
    EXPECT_EQ(host.set_identity(handle, "bob"), -1);
    EXPECT_EQ(host.set_identity(handle, nullptr), -1);
    EXPECT_EQ(host.set_identity(nullptr, "alice"), -1);
    host.set_reason(handle, "why\n");
    EXPECT_EQ(exchange.seen, "why?");
    host.set_reason(nullptr, "why");
}

} // namespace
} // namespace netsane
