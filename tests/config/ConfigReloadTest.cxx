#include "config/ConfigReload.hxx"

#include <gtest/gtest.h>

using namespace netsane;

using Names = std::vector<std::string>;

TEST(ConfigReload, TakesOverWhatCanBeTakenOver)
{
    const auto running = parseServerConfig("auth = [\"unix\"]\nlisten = [\"127.0.0.1:1\"]", "running");
    auto wanted = parseServerConfig("auth = [\"crypt\"]\nlisten = [\"127.0.0.1:2\"]\nauth_tries = 7\n"
                                    "groups_file = \"/g\"",
                                    "wanted");
    EXPECT_EQ(keepStartOnlyKeys(wanted, running), Names());
    EXPECT_EQ(wanted.auth, Names{"crypt"});
    EXPECT_EQ(wanted.groups_file, "/g");
    EXPECT_EQ(wanted.auth_tries, 7U);
}

TEST(ConfigReload, NamesAndKeepsWhatNeedsARestart)
{
    const ServerConfig running;
    auto wanted =
        parseServerConfig("user = \"u\"\ngroup = \"g\"\nsandbox = []\nplugin_dir = \"/p\"\nauth = []\nauth_tries = 7\n"
                          "[sane]\nexclude = [\"x\"]",
                          "wanted");
    EXPECT_EQ(keepStartOnlyKeys(wanted, running), (Names{"user", "group", "sandbox", "plugin_dir", "auth"}));
    EXPECT_EQ(wanted.user, running.user);
    EXPECT_EQ(wanted.sandbox, running.sandbox);
    EXPECT_EQ(wanted.plugin_dir, running.plugin_dir);
    EXPECT_EQ(wanted.auth, running.auth);
    EXPECT_EQ(wanted.auth_tries, 7U) << "the others are new";
    EXPECT_EQ(wanted.sane_exclude, Names{"x"});
}
