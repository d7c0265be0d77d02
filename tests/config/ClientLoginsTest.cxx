#include "config/ClientLogins.hxx"
#include "config/ClientConfig.hxx"

#include <gtest/gtest.h>

namespace netsane {

namespace {

using Problems = std::vector<std::string>;

struct Found {
    std::string text; // "user/password@line", or empty
    Problems problems;
};

using Find = decltype(&findCredentials);

Found find(Find function, std::string_view text, const char *server, std::optional<std::string> user = std::nullopt)
{
    Found found;
    const auto login = function(text, *parseServerName(server), user, [&found](unsigned line, const std::string &what) {
        found.problems.push_back(std::to_string(line) + ": " + what);
    });
    if (login)
        found.text =
            login->user + "/" + (login->password ? login->password->c_str() : "-") + "@" + std::to_string(login->line);
    return found;
}

} // namespace

TEST(FindCredentials, TakesTheFirstLineForTheServer)
{
    constexpr const char *text = "# comment\n"
                                 "alpha user=anna password=\"a b#c:d\" # rest\r\n"
                                 "\n"
                                 "alpha:7000 user=\"jo smith\"\n"
                                 "\tunix:/run/n.sock  password=x user=eve\n"
                                 "[2001:db8::1]:6576 user=six password=p=q\n"
                                 "alpha user=bert password=second";
    struct Case {
        const char *server;
        std::optional<std::string> user;
        const char *expected;
    };
    for (const auto &c : {Case{"alpha", {}, "anna/a b#c:d@2"}, Case{"alpha:6576", {}, "anna/a b#c:d@2"},
                          Case{"alpha", "bert", "bert/second@7"}, Case{"alpha", "carl", ""},
                          Case{"alpha:7000", {}, "jo smith/-@4"}, Case{"unix:/run/n.sock", {}, "eve/x@5"},
                          Case{"[2001:db8::1]", {}, "six/p=q@6"}, Case{"beta", {}, ""}, Case{"alpha:7001", {}, ""}}) {
        const auto found = find(findCredentials, text, c.server, c.user);
        EXPECT_EQ(c.expected, found.text) << c.server;
        EXPECT_EQ(Problems{}, found.problems);
    }
}

TEST(FindCredentials, BrokenLinesAreLeftOutAndNeverRepeated)
{
    struct Case {
        std::string line;
        const char *problem;
    };
    for (const auto &c :
         {Case{"alpha user=x password=hunter2 hunter3", "2: word 4: expected user=... or password=..."},
          Case{"alpha hunter2", "2: word 2: expected user=..."}, Case{"alpha user=x hunter2=", "2: word 3: expected"},
          Case{"alpha user=x password=\"hunter2", "2: quote without its partner"},
          Case{"alpha password=hunter2", "2: expected user=..."}, Case{"alpha user= password=hunter2", "2: word 2"},
          Case{"alpha user=hunter2 user=hunter3", "2: word 3"},
          Case{"alpha user=x password=hunter2 password=hunter3", "2: word 4"},
          Case{"alpha user=x password=", "2: word 3"}, Case{"hunter2/ user=x password=y", "2: word 1: expected host"},
          Case{"user=x password=hunter2", "2: word 1"}, Case{std::string("alpha user=hunter2\0", 19), "2: NUL"},
          Case{"alpha user=" + std::string(256, 'h'), "2: word 2"},
          Case{"alpha user=x password=" + std::string(512, 'h'), "2: word 3"}}) {
        const auto found =
            find(findCredentials, "beta user=a password=b\n" + c.line + "\nalpha user=good password=ok\n", "alpha");
        EXPECT_EQ("good/ok@3", found.text) << c.line;
        ASSERT_EQ(1U, found.problems.size()) << c.line;
        EXPECT_EQ(0U, found.problems[0].find(c.problem)) << found.problems[0];
        EXPECT_EQ(std::string::npos, found.problems[0].find("hunter")) << found.problems[0];
    }
}

TEST(FindCredentials, PasswordsMayBeLong)
{
    const std::string password(511, 'x');
    EXPECT_EQ("a/" + password + "@1", find(findCredentials, "alpha user=a password=" + password, "alpha").text);
}

TEST(FindPass, ReadsScanimagesLines)
{
    constexpr const char *text = "anna:secret:net:alpha:test\n"
                                 "anna:secret:netsane:alpha\r\n"
                                 "bert:other:netsane:alpha:6576\n"
                                 "carl::netsane:alpha:7000\n"
                                 "six:pw:netsane:[::1]:7\n"
                                 "u:a b\"c#:netsane:unix:/run/n.sock\n";
    struct Case {
        const char *server;
        std::optional<std::string> user;
        const char *expected;
    };
    for (const auto &c : {Case{"alpha", {}, "anna/secret@2"}, Case{"alpha", "bert", "bert/other@3"},
                          Case{"alpha:7000", {}, "carl/-@4"}, Case{"[::1]:7", {}, "six/pw@5"},
                          Case{"unix:/run/n.sock", {}, "u/a b\"c#@6"}, Case{"beta", {}, ""}, Case{"alp", {}, ""}}) {
        const auto found = find(findPass, text, c.server, c.user);
        EXPECT_EQ(c.expected, found.text) << c.server;
        EXPECT_EQ(Problems{}, found.problems);
    }
}

TEST(FindPass, BrokenLinesAreLeftOutAndNeverRepeated)
{
    for (const std::string line : {"hunter2", "hunter2:x", ":hunter2:netsane:alpha", "hunter2 netsane:alpha"}) {
        const auto found = find(findPass, "\n# no line\n" + line + "\ngood:ok:netsane:alpha\n", "alpha");
        EXPECT_EQ("good/ok@4", found.text) << line;
        ASSERT_EQ(1U, found.problems.size()) << line;
        EXPECT_EQ(0U, found.problems[0].find("3: expected")) << found.problems[0];
        EXPECT_EQ(std::string::npos, found.problems[0].find("hunter")) << found.problems[0];
    }
}

TEST(FindLogin, AnyBytesAreSurvived)
{
    unsigned state = 1;
    for (int round = 0; round < 4000; ++round) {
        std::string text = "alpha user=a ";
        for (int i = 0; i < 60; ++i) {
            state = state * 1664525 + 1013904223;
            text += "ab=:\"[]# \n\t\0\xff%/,users"[(state >> 16) % 22];
        }
        for (const Find function : {findCredentials, findPass}) {
            const auto login = function(text, *parseServerName("alpha"), {}, [](unsigned, const std::string &) {});
            EXPECT_TRUE(!login || !login->user.empty());
        }
    }
}

TEST(ClientConfig, ReportsNeverRepeatPartsOfAPassword)
{
    for (const char *line :
         {"alpha user=x password=horse hunter2", "alpha user=x password=horse hunter2=3", "password hunter2",
          "alpha password hunter2", "alpha user=x password=\"hunter2", "alpha password=hunter2 hunter3=4 hunter5"}) {
        ClientConfig config;
        config.parse(line, "f");
        ASSERT_EQ(1U, config.problems().size()) << line;
        EXPECT_EQ(std::string::npos, config.problems()[0].find("hunter")) << config.problems()[0];
    }
}

} // namespace netsane
