// known_servers as a text: what is found in it, whatever is in it, and how it changes.

#include "config/KnownServers.hxx"

#include <gtest/gtest.h>

namespace netsane {

namespace {

const std::string pin_a = "SHA256:" + std::string(64, 'a');
const std::string pin_b = "SHA256:" + std::string(64, 'b');

ServerName server(const char *text)
{
    return *parseServerName(text);
}

struct Look {
    std::optional<KnownServer> found;
    std::string problems;
};

Look look(const std::string &text, const char *name = "alpha")
{
    Look result;
    result.found = findKnownServer(text, server(name), [&result](unsigned line, const std::string &what) {
        result.problems += std::to_string(line) + " " + what + "\n";
    });
    return result;
}

} // namespace

TEST(KnownServers, FindsPinsAndVerifiedServers)
{
    const std::string text = "# mine\n\nbeta:6576 verified\r\n  alpha:6576\t" + pin_a + " # rack 4\nalpha:7000 " +
                             pin_b + "\n[2001:db8::1]:6576 " + pin_b + "\n\"unix:/run/a b\" verified";
    const auto alpha = look(text);
    ASSERT_TRUE(alpha.found);
    EXPECT_EQ("", alpha.problems);
    EXPECT_EQ(KnownServer::Kind::pinned, alpha.found->kind);
    EXPECT_EQ(pin_a, alpha.found->fingerprint);
    EXPECT_EQ(4U, alpha.found->line);
    EXPECT_EQ(KnownServer::Kind::verified, look(text, "beta").found->kind);
    EXPECT_EQ(pin_b, look(text, "alpha:7000").found->fingerprint);
    EXPECT_EQ(pin_b, look(text, "[2001:db8::1]").found->fingerprint);
    EXPECT_EQ(7U, look(text, "unix:/run/a b").found->line);
    EXPECT_FALSE(look(text, "gamma").found);
    EXPECT_FALSE(look(text, "alpha:7001").found);
}

TEST(KnownServers, SpellingOfAHostDoesNotHideIt)
{
    for (const char *spelling : {"ALPHA", "Alpha.", "alpha:6576", "[alpha]"})
        EXPECT_TRUE(look("alpha:6576 " + pin_a, spelling).found) << spelling;
    EXPECT_TRUE(look("Alpha. " + pin_a, "alpha").found);
}

TEST(KnownServers, ABrokenLineOfTheServerIsFoundAsSuch)
{
    for (const auto &rest :
         {std::string(), std::string(" "), std::string(" SHA256:12"), " " + pin_a + "a", " " + pin_a + " " + pin_b,
          " SHA256:" + std::string(64, 'A'), " \"" + pin_a, " " + pin_a + "\x1b[0m", " verified" + std::string(1, '\0'),
          " " + pin_a + " # " + std::string(1024, 'x'), std::string(" verified?")}) {
        const auto result = look("beta:6576 verified\nalpha:6576" + rest + "\nalpha:6576 " + pin_b + "\n");
        ASSERT_TRUE(result.found) << rest;
        EXPECT_EQ(KnownServer::Kind::broken, result.found->kind) << rest;
        EXPECT_EQ(2U, result.found->line);
        EXPECT_EQ(0U, result.problems.find("2 ")) << result.problems;
        // Not the business of others.
        EXPECT_EQ(KnownServer::Kind::verified, look("alpha:6576" + rest + "\nbeta verified", "beta").found->kind);
    }
}

TEST(KnownServers, LinesOfNobodyAreReportedAndLeftOut)
{
    const auto result = look("no/server x\n\x01\n" + std::string(5000, 'y') + "\nalpha:6576 verified\n");
    EXPECT_EQ(KnownServer::Kind::verified, result.found->kind);
    EXPECT_EQ(0U, result.problems.find("1 word 1: expected host:port"));
    EXPECT_NE(std::string::npos, result.problems.find("\n2 control character"));
    EXPECT_NE(std::string::npos, result.problems.find("\n3 longer than"));
}

TEST(KnownServers, AnyBytesAreSurvived)
{
    unsigned state = 1;
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) {
            state = state * 1664525 + 1013904223;
            text += "alph:6576 \"[]#\n\t\0\xff%SHA256vrifed"[(state >> 16) % 32];
        }
        look(text);
        const auto changed = withKnownServer(text, server("alpha"), pin_a);
        const auto found = look(changed).found;
        ASSERT_TRUE(found) << changed;
        EXPECT_EQ(pin_a, found->fingerprint);
    }
}

TEST(KnownServers, ChangesOneLineAndKeepsTheRest)
{
    EXPECT_EQ("alpha:6576 verified\n", withKnownServer("", server("alpha"), "verified"));
    EXPECT_EQ("# a\n\nbeta verified\nalpha:6576 " + pin_a + "\n",
              withKnownServer("# a\n\nbeta verified", server("ALPHA"), pin_a));
    EXPECT_EQ("# a\nalpha:6576 verified\n#b\nbeta verified\n",
              withKnownServer("# a\nalpha " + pin_a + " # old\n#b\nalpha:6576 nonsense\nbeta verified\n",
                              server("alpha"), "verified"));
    EXPECT_EQ("\"unix:/run/a b\" verified\n", withKnownServer("", server("unix:/run/a b"), "verified"));
    EXPECT_TRUE(look(withKnownServer("", server("unix:/run/a b"), "verified"), "unix:/run/a b").found);
}

} // namespace netsane
