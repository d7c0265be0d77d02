#include "daemon/ControlRequest.hxx"

#include <gtest/gtest.h>
#include <stdexcept>

using namespace netsane;

using Command = ControlRequest::Command;
using Target = ControlRequest::Target;

TEST(ControlRequest, TakesWhatIsDocumented)
{
    EXPECT_EQ(ControlRequest::parse("status").command, Command::status);
    EXPECT_EQ(ControlRequest::parse("reload").command, Command::reload);
    const auto kick = ControlRequest::parse("kick any alice");
    EXPECT_EQ(kick.command, Command::kick);
    EXPECT_EQ(kick.target, Target::any);
    EXPECT_EQ(kick.value, "alice");
    EXPECT_EQ(ControlRequest::parse("kick connection 1").target, Target::connection);
    EXPECT_EQ(ControlRequest::parse("kick user 1").target, Target::user);
    EXPECT_EQ(ControlRequest::parse("kick address ::1").target, Target::address);
    EXPECT_EQ(ControlRequest::parse("kick device a:b").target, Target::device);
}

TEST(ControlRequest, KeepsBlanksAndBytesOfAValue)
{
    EXPECT_EQ(ControlRequest::parse("kick device net:a  b \xff").value, "net:a  b \xff");
    EXPECT_EQ(ControlRequest::parse("kick user  ").value, " ");
}

TEST(ControlRequest, RefusesAllElse)
{
    for (const std::string line :
         {"", " ", "Status", "status ", "status now", "status\r", "reload all", "kick", "kick ", "kick any",
          "kick any ", "kick alice", "kick  any x", "kick any a\tb", "quit"})
        EXPECT_THROW(ControlRequest::parse(line), std::invalid_argument) << line;
    EXPECT_THROW(ControlRequest::parse(std::string_view("status\0", 7)), std::invalid_argument);
    EXPECT_THROW(ControlRequest::parse("kick any a\x7f"), std::invalid_argument);
}

TEST(ControlRequest, HasAMostLength)
{
    const std::string begin = "kick any ";
    const std::string longest = begin + std::string(ControlRequest::max_bytes - 1 - begin.size(), 'x');
    EXPECT_EQ(ControlRequest::parse(longest).value.size(), longest.size() - begin.size());
    EXPECT_THROW(ControlRequest::parse(longest + "x"), std::invalid_argument);
}

TEST(ControlRequest, NamesWhatIsWrongInPrintableWords)
{
    try {
        ControlRequest::parse("exterminate \xc2\x9b" + std::string(500, 'x'));
        FAIL();
    } catch (const std::invalid_argument &error) {
        EXPECT_STREQ(error.what(), "there is no such request: \"exterminate\"");
    }
    try {
        ControlRequest::parse("\xc2\x9b" + std::string(500, 'x'));
        FAIL();
    } catch (const std::invalid_argument &error) {
        EXPECT_LT(std::string(error.what()).size(), 100U);
        EXPECT_EQ(std::string(error.what()).find('\x9b'), std::string::npos);
    }
}
