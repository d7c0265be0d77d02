#include "tool/check/ServerCheck.hxx"

#include "tool/check/DeviceChecks.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace netsane;
using testing::HasSubstr;

namespace {

constexpr const char *output = "netsaned: sandbox: session: user a, no capabilities, seccomp, Landlock 6\n"
                               "netsaned: sandbox: auth: user a, no capabilities, seccomp\n"
                               "netsaned: sandbox: device: user a, Landlock 6\n";

} // namespace

TEST(ServerCheck, JudgesWhatHoldsTheProcesses)
{
    const auto findings = judgeServer(ServerConfig(), output, true);
    ASSERT_EQ(findings.size(), 4U);
    EXPECT_EQ(findings[0].level, CheckLevel::ok);
    EXPECT_EQ(findings[1].text, "auth: user a, no capabilities, seccomp");
    EXPECT_EQ(findings[1].level, CheckLevel::warn);
    EXPECT_THAT(findings[1].advice, HasSubstr("there is no Landlock:"));
    EXPECT_EQ(findings[2].level, CheckLevel::ok) << findings[2].text;
    EXPECT_EQ(findings[3].level, CheckLevel::ok) << findings[3].text;
}

TEST(ServerCheck, WarnsOfAClassThatIsLeftOut)
{
    ServerConfig config;
    config.sandbox = {"session"};
    const auto findings = judgeServer(config, "sandbox: device: user a, Landlock 6\n", true);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[1].level, CheckLevel::warn);
    EXPECT_THAT(findings[1].advice, HasSubstr("put \"device\" in"));
}

TEST(ServerCheck, TellsTheLastLineOfAFailure)
{
    const auto findings = judgeServer(ServerConfig(), "first\nnetsaned: because\n", false);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].level, CheckLevel::fail);
    EXPECT_EQ(findings[0].text, "netsaned --check: netsaned: because");
    EXPECT_EQ(judgeServer(ServerConfig(), "", false).size(), 1U);
}

TEST(DeviceChecks, TakeNonsenseForAFailure)
{
    for (const std::string bytes : {"", "x", "\xff\xff\xff\xff\xff\xff\xff\xff"}) {
        const auto findings = judgeListing(bytes, false);
        ASSERT_EQ(findings.size(), 1U);
        EXPECT_EQ(findings[0].level, CheckLevel::fail);
    }
    EXPECT_THAT(judgeListing("", true)[0].text, HasSubstr("takes longer than list_timeout"));
}
