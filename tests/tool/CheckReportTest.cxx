#include "tool/check/CheckReport.hxx"

#include "tool/check/CheckedProcess.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <unistd.h>

using namespace netsane;
using testing::HasSubstr;

namespace {

const CheckFindings sample{{CheckLevel::ok, "plugins", "auth_unix.so: 1", ""},
                           {CheckLevel::fail, "nodes", "/dev/x can't be opened\x1b[2J", "do something"},
                           {CheckLevel::warn, "sandbox", "none", ""}};

} // namespace

TEST(CheckReport, ShowsALineEach)
{
    EXPECT_EQ(checkText(sample, false), "ok    plugins: auth_unix.so: 1\n"
                                        "fail  nodes: /dev/x can't be opened?[2J\n"
                                        "      -> do something\n"
                                        "warn  sandbox: none\n");
}

TEST(CheckReport, IsAsBadAsItsWorst)
{
    EXPECT_EQ(worstLevel({}), CheckLevel::ok);
    EXPECT_EQ(worstLevel({sample[0]}), CheckLevel::ok);
    EXPECT_EQ(worstLevel({sample[0], sample[2]}), CheckLevel::warn);
    EXPECT_EQ(worstLevel(sample), CheckLevel::fail);
}

TEST(CheckReport, WritesJson)
{
    const auto text = checkJson(sample);
    EXPECT_THAT(text, HasSubstr("\"result\": \"fail\""));
    EXPECT_THAT(text, HasSubstr("\"text\": \"/dev/x can't be opened\\u001b[2J\",\n      \"advice\": \"do something\""));
}

TEST(CheckReport, CrossesProcesses)
{
    EXPECT_EQ(checkText(unpackFindings(packFindings(sample)), false), checkText(sample, false));
    EXPECT_TRUE(unpackFindings("nonsense").empty());
    EXPECT_TRUE(unpackFindings("\x1e\x1f\x1e").empty());
    EXPECT_EQ(unpackFindings("ok").size(), 1U);
}

TEST(CheckedProcess, ReturnsWhatAChildFinds)
{
    const pid_t here = ::getpid();
    const auto findings = checkAs({}, "x", [here] {
        return CheckFindings{{::getpid() != here ? CheckLevel::ok : CheckLevel::fail, "x", "done", ""}};
    });
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].level, CheckLevel::ok);
}

TEST(CheckedProcess, TellsOfAChildThatFails)
{
    const auto thrown = checkAs({}, "x", []() -> CheckFindings { throw std::runtime_error("why"); });
    ASSERT_EQ(thrown.size(), 1U);
    EXPECT_EQ(thrown[0].level, CheckLevel::fail);
    EXPECT_EQ(thrown[0].text, "why");
    const auto ended = checkAs({}, "x", []() -> CheckFindings { ::_exit(3); });
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].level, CheckLevel::fail);
}

TEST(CheckedProcess, KillsAProgramThatTakesTooLong)
{
    const auto outcome = runForErrors({"/bin/sh", "-c", "echo here >&2; exec sleep 1000"}, std::chrono::seconds(1));
    EXPECT_TRUE(outcome.is_late);
    EXPECT_EQ(outcome.output, "here\n");
    EXPECT_FALSE(outcome.succeeded());
    EXPECT_FALSE(runForErrors({"/nowhere/netsaned"}, std::chrono::seconds(10)).succeeded());
}

TEST(CheckedProcess, ReadsWhatAProgramSends)
{
    const auto outcome = runForChannel({"/bin/sh", "-c", "echo no; echo yes >&3"}, {}, std::chrono::seconds(20));
    EXPECT_TRUE(outcome.succeeded());
    EXPECT_EQ(outcome.output, "yes\n");
}
