#include "tool/passwd/PasswordFileChoice.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace netsane;

namespace {

ServerConfig config(const std::string &text)
{
    return parseServerConfig(text, "test.conf");
}

std::string choose(const std::string &text, std::optional<PasswordScheme> method = {})
{
    try {
        return choosePasswordFile(config(text), method);
    } catch (const ToolError &error) {
        return error.what();
    }
}

const std::string two_files = "[auth_unix]\nfile = \"/u\"\n[auth_crypt]\nfile = \"/c\"\n";

} // namespace

TEST(PasswordFileChoice, TakesWhatTheConfigurationNames)
{
    EXPECT_EQ(choose("[auth_unix]\nfile = \"/f\"\n[auth_crypt]\nfile = \"/f\"\n"), "/f");
    EXPECT_EQ(choose(two_files, PasswordScheme::strong), "/u");
    EXPECT_EQ(choose(two_files, PasswordScheme::des), "/c");
    EXPECT_EQ(choose("[auth_unix]\nfile = \"/u\"\n"), "/u");
    EXPECT_EQ(choose("[auth_crypt]\nfile = \"/c\"\n"), "/c");
}

// netsaned wouldn't look for it where we guess.
TEST(PasswordFileChoice, WantsAFileToBeNamed)
{
    const std::string missing = "names no password file";
    EXPECT_NE(choose("").find(missing), std::string::npos);
    EXPECT_NE(choose("[auth_unix]\n[auth_crypt]\n").find(missing), std::string::npos);
    EXPECT_NE(choose("[auth_unix]\nfile = \"/u\"\n", PasswordScheme::des).find(missing), std::string::npos);
    EXPECT_NE(choose("auth = [\"crypt\"]\n[auth_unix]\nfile = \"/u\"\n").find(missing), std::string::npos);
}

TEST(PasswordFileChoice, AsksWhereTheMethodsDiffer)
{
    const auto error = choose(two_files);
    EXPECT_NE(error.find("/u and /c"), std::string::npos) << error;
    EXPECT_NE(error.find("--method or --file"), std::string::npos) << error;
}

TEST(PasswordFileChoice, LooksOnlyAtMethodsThatAreOffered)
{
    EXPECT_EQ(choose("auth = [\"unix\"]\n" + two_files), "/u");
    EXPECT_EQ(choose("auth = [\"crypt\"]\n" + two_files), "/c");
    EXPECT_EQ(choose("auth = [\"pam\"]\n" + two_files), "/u");
}

TEST(PasswordFileChoice, LeavesTheSystemsUsersAlone)
{
    const std::string shadow = "[auth_unix]\nfile = \"shadow\"\n";
    EXPECT_NE(choose("auth = [\"unix\"]\n" + shadow).find("passwd(1)"), std::string::npos);
    EXPECT_NE(choose(shadow, PasswordScheme::strong).find("passwd(1)"), std::string::npos);
    EXPECT_EQ(choose(shadow + "[auth_crypt]\nfile = \"/c\"\n", PasswordScheme::des), "/c");
}

TEST(PasswordFileChoice, TakesNoFileThatTheServerWouldRefuse)
{
    EXPECT_NE(choose("auth = [\"unix\"]\n[auth_unix]\nfile = \"users\"\n").find("absolute"), std::string::npos);
}

TEST(PasswordFileChoice, KnowsWhichMethodTakesAPassword)
{
    EXPECT_EQ(methodMissing(config("auth = [\"unix\"]"), PasswordScheme::strong), "");
    EXPECT_EQ(methodMissing(config("auth = [\"unix\"]"), PasswordScheme::des), "") << "PASS_UNIX takes every form";
    EXPECT_EQ(methodMissing(config("auth = [\"crypt\"]"), PasswordScheme::des), "");
    EXPECT_NE(methodMissing(config("auth = [\"crypt\"]"), PasswordScheme::strong), "");
    EXPECT_NE(methodMissing(config("auth = [\"pam\"]"), PasswordScheme::des), "");
}

TEST(PasswordFileChoice, NetsanedsUserMayReadWhatRootWrites)
{
    const auto daemon = passwordFileOwners(config("user = \"daemon\""));
    EXPECT_EQ(daemon.also.has_value(), ::geteuid() == 0);
    EXPECT_EQ(daemon.new_group.has_value(), ::geteuid() == 0);
    for (const std::string user : {"root", "no-such-user"}) {
        const auto nobody = passwordFileOwners(config("user = \"" + user + "\""));
        EXPECT_FALSE(nobody.also) << user;
        EXPECT_FALSE(nobody.new_group) << user;
    }
}
