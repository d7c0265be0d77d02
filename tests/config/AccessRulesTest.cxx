#include "config/AccessRules.hxx"
#include "os/SocketAddress.hxx"

#include <gtest/gtest.h>

#include <chrono>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

using namespace netsane;

namespace {

const auto nobody = std::optional<std::string>();

SocketAddress from(const char *text)
{
    return SocketAddress::parse(text).value();
}

const SocketAddress lan = from("192.168.1.7:40000");
const SocketAddress elsewhere = from("203.0.113.9:40000");
const SocketAddress local_socket = from("unix:");

bool inTestGroup(const std::string &user, const std::string &group)
{
    return group == "staff" && (user == "alice" || user == "bob");
}

AccessRules rules(std::vector<AllowRule> allow, bool logins_possible = true)
{
    return AccessRules(allow, logins_possible, inTestGroup);
}

std::optional<std::string> user(const char *name)
{
    return name;
}

} // namespace

TEST(AccessRules, WithoutRulesEveryLoginMayDoEverything)
{
    const auto access = rules({});
    EXPECT_TRUE(access.decide(user("alice"), elsewhere, "test:0"));
    EXPECT_FALSE(access.decide(nobody, lan, "test:0"));
    EXPECT_FALSE(access.decide(user(""), lan, "test:0")) << "an empty name is no login";
    EXPECT_EQ(access.outlook(lan, "test:0"), Outlook::after_login);
}

TEST(AccessRules, WithoutMethodsEveryoneMayDoEverything)
{
    const auto access = rules({}, false);
    EXPECT_TRUE(access.decide(nobody, elsewhere, "test:0"));
    EXPECT_EQ(access.outlook(elsewhere, "test:0"), Outlook::now);
}

TEST(AccessRules, WithoutMethodsARuleWithoutUsersIsForEveryone)
{
    const auto access = rules({{{}, {"192.168.0.0/16"}, {"test:*"}}, {{"*"}, {}, {"plustek:*"}}}, false);
    EXPECT_TRUE(access.decide(nobody, lan, "test:0"));
    EXPECT_FALSE(access.decide(nobody, elsewhere, "test:0"));
    EXPECT_FALSE(access.decide(nobody, lan, "plustek:0")) << "* is a login, and there are none";
    EXPECT_EQ(access.outlook(lan, "plustek:0"), Outlook::never) << "no login can be asked for";
}

TEST(AccessRules, UsersAreNamesGroupsAnyLoginOrEveryone)
{
    const struct {
        const char *entry;
        bool alice, carol, anonymous;
    } table[] = {
        {"alice", true, false, false}, {"Alice", false, false, false},  {"@staff", true, false, false},
        {"*", true, true, false},      {"anonymous", true, true, true}, {"@nosuchgroup", false, false, false},
        {"ali", false, false, false},  {"alic?", false, false, false},  {"a*", false, false, false},
    };
    for (const auto &row : table) {
        const auto access = rules({{{row.entry}, {}, {}}});
        EXPECT_EQ(access.decide(user("alice"), lan, "test:0"), row.alice) << row.entry;
        EXPECT_EQ(access.decide(user("carol"), lan, "test:0"), row.carol) << row.entry;
        EXPECT_EQ(access.decide(nobody, lan, "test:0"), row.anonymous) << row.entry;
    }
}

TEST(AccessRules, LoginsNamedLikeEntriesGainNothing)
{
    const auto access = rules({{{"@staff", "alice"}, {}, {}}});
    for (const char *const name : {"@staff", "*", "anonymous", "staff"})
        EXPECT_FALSE(access.decide(user(name), lan, "test:0")) << name;
}

TEST(AccessRules, AllOfARuleMustMatch)
{
    const auto access = rules({{{"alice"}, {"192.168.0.0/16"}, {"test:*"}}});
    EXPECT_TRUE(access.decide(user("alice"), lan, "test:0"));
    EXPECT_FALSE(access.decide(user("carol"), lan, "test:0"));
    EXPECT_FALSE(access.decide(user("alice"), elsewhere, "test:0"));
    EXPECT_FALSE(access.decide(user("alice"), lan, "plustek:0"));
    EXPECT_FALSE(access.decide(nobody, lan, "test:0"));
}

TEST(AccessRules, AnyRuleMayGrant)
{
    const auto access = rules({{{"alice"}, {}, {"plustek:*"}}, {{"anonymous"}, {"192.168.0.0/16"}, {"test:*"}}});
    EXPECT_TRUE(access.decide(user("alice"), elsewhere, "plustek:0"));
    EXPECT_TRUE(access.decide(user("alice"), lan, "test:0")) << "logging in takes nothing away";
    EXPECT_FALSE(access.decide(user("alice"), elsewhere, "test:0"));
    EXPECT_TRUE(access.decide(nobody, lan, "test:0"));
}

TEST(AccessRules, HostsAreBlocksAddressesUnixOrAny)
{
    const SocketAddress none;
    const struct {
        const char *entry;
        bool lan, elsewhere, v6, unix_socket, none;
    } table[] = {
        {"192.168.0.0/16", true, false, false, false, false}, {"192.168.1.7", true, false, false, false, false},
        {"0.0.0.0/0", true, true, false, false, false},       {"::/0", false, false, true, false, false},
        {"unix", false, false, false, true, false},           {"*", true, true, true, true, true},
        {"2001:db8::/32", false, false, true, false, false},
    };
    for (const auto &row : table) {
        const auto access = rules({{{"anonymous"}, {row.entry}, {}}});
        EXPECT_EQ(access.decide(nobody, lan, "x"), row.lan) << row.entry;
        EXPECT_EQ(access.decide(nobody, elsewhere, "x"), row.elsewhere) << row.entry;
        EXPECT_EQ(access.decide(nobody, from("[2001:db8::1]:5"), "x"), row.v6) << row.entry;
        EXPECT_EQ(access.decide(nobody, local_socket, "x"), row.unix_socket) << row.entry;
        EXPECT_EQ(access.decide(nobody, none, "x"), row.none) << row.entry;
    }
}

TEST(AccessRules, OutlookIsTheBestThatAnyRuleOffers)
{
    const auto access = rules({{{"anonymous"}, {"192.168.0.0/16"}, {"test:*"}},
                               {{"@staff"}, {}, {"plustek:*", "test:1"}},
                               {{}, {"unix"}, {}}});
    EXPECT_EQ(access.outlook(lan, "test:0"), Outlook::now);
    EXPECT_EQ(access.outlook(lan, "test:1"), Outlook::now);
    EXPECT_EQ(access.outlook(elsewhere, "test:1"), Outlook::after_login);
    EXPECT_EQ(access.outlook(elsewhere, "test:0"), Outlook::never);
    EXPECT_EQ(access.outlook(elsewhere, "plustek:0"), Outlook::after_login);
    EXPECT_EQ(access.outlook(local_socket, "anything"), Outlook::after_login);
    EXPECT_EQ(access.outlookForHost(lan), Outlook::now);
    EXPECT_EQ(access.outlookForHost(elsewhere), Outlook::after_login);
    EXPECT_EQ(rules({{{}, {"10.0.0.0/8"}, {}}}).outlookForHost(lan), Outlook::never);
}

TEST(AccessRules, TellsWhatIsMissing)
{
    const auto access = rules({{{"alice"}, {"192.168.0.0/16"}, {"test:*"}, 5}, {{"@staff"}, {"192.168.1.7"}, {}, 9}});
    EXPECT_EQ(access.refusalReason(user("mallory"), elsewhere, "test:0"), "no rule [[allow]] is for this host");
    EXPECT_EQ(access.refusalReason(user("mallory"), lan, "test:0"),
              "this user is in none of the rules [[allow]] for this host and device, in line 5, 9");
    EXPECT_EQ(access.refusalReason(user("mallory"), lan, "pnm:0"),
              "this user is in none of the rules [[allow]] for this host and device, in line 9");
    EXPECT_EQ(access.refusalReason(nobody, lan, "pnm:0"),
              "a login is needed for the rules [[allow]] for this host and device, in line 9");
    EXPECT_EQ(rules({{{"alice"}, {"192.168.0.0/16"}, {"test:*"}, 5}}).refusalReason(user("alice"), lan, "pnm:0"),
              "no rule [[allow]] for this host is for this device");
    EXPECT_EQ(rules({}).refusalReason(nobody, lan, "pnm:0"),
              "without a rule [[allow]] only who has logged in gets a device");
}

TEST(AccessRules, RefusesRulesThatCannotBe)
{
    EXPECT_THROW(rules({{{"@"}, {}, {}}}), ConfigError);
    EXPECT_THROW(rules({{{""}, {}, {}}}), ConfigError);
    EXPECT_THROW(rules({{{}, {"10.0.0.1/8"}, {}}}), ConfigError);
    EXPECT_THROW(rules({{{}, {"localhost"}, {}}}), ConfigError);
}

TEST(AccessRules, TakesItsRulesFromTheConfiguration)
{
    ServerConfig config;
    config.auth = {};
    EXPECT_TRUE(AccessRules(config).decide(nobody, lan, "test:0"));
    config.auth = {"unix"};
    EXPECT_FALSE(AccessRules(config).decide(nobody, lan, "test:0"));
    config.allow = {{{"anonymous"}, {}, {"test:0"}}};
    EXPECT_TRUE(AccessRules(config).decide(nobody, lan, "test:0"));
    EXPECT_FALSE(AccessRules(config).decide(nobody, lan, "test:1"));
}

TEST(IsInSystemGroup, FollowsTheSystem)
{
    const passwd *const me = ::getpwuid(::getuid());
    ASSERT_TRUE(me);
    const std::string name = me->pw_name;
    const group *const primary = ::getgrgid(me->pw_gid);
    ASSERT_TRUE(primary);
    EXPECT_TRUE(isInSystemGroup(name, primary->gr_name));
    EXPECT_FALSE(isInSystemGroup(name, "no-such-group"));
    EXPECT_FALSE(isInSystemGroup("no-such-user", primary->gr_name));
    EXPECT_FALSE(isInSystemGroup("", primary->gr_name));
    EXPECT_FALSE(isInSystemGroup(name + std::string("\0x", 2), primary->gr_name));
    EXPECT_TRUE(isSystemGroup(primary->gr_name));
    EXPECT_FALSE(isSystemGroup("no-such-group"));
    EXPECT_FALSE(isSystemGroup(""));
    EXPECT_FALSE(isSystemGroup(primary->gr_name + std::string("\0x", 2)));
}

TEST(MatchesPattern, WholeNames)
{
    const struct {
        const char *pattern;
        const char *name;
        bool matches;
    } table[] = {
        {"test:0", "test:0", true},
        {"test:0", "test:01", false},
        {"test:0", "Test:0", false},
        {"test:*", "test:", true},
        {"test:*", "test:0", true},
        {"test:*", "xtest:0", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "x", true},
        {"?", "x", true},
        {"?", "", false},
        {"?", "xy", false},
        {"*:0", "test:0", true},
        {"*:0", "test:0:0", true},
        {"*:0", "test:1", false},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "abc", true},
        {"a*b*c", "aXbYcZ", false},
        {"a*b*c", "acb", false},
        {"*aab", "aaab", true},
        {"a?c", "abc", true},
        {"*?", "", false},
        {"?*", "x", true},
        {"*?*?*", "x", false},
        {"*?*?*", "xy", true},
        {"", "", true},
        {"", "x", false},
        {"a*", "", false},
        {"[ab]", "a", false},
        {"[ab]", "[ab]", true},
        {"a\\*", "a*", false},
        {"*abc*abc", "abcabc", true},
        {"*abc*abc", "abcab", false},
        {"epson2:net:*", "epson2:net:10.0.0.1", true},
    };
    for (const auto &row : table)
        EXPECT_EQ(matchesPattern(row.pattern, row.name), row.matches) << row.pattern << " on " << row.name;
    EXPECT_TRUE(matchesPattern("a?b", std::string_view("a\0b", 3)));
    EXPECT_TRUE(matchesPattern("*\xff", "\n\x01\xff"));
}

TEST(MatchesPattern, StaysQuickOnTheWorst)
{
    // A matcher that backtracks over every * would take longer than the universe has.
    std::string pattern;
    for (int i = 0; i < 500; ++i)
        pattern += "*a";
    pattern += "b";
    const std::string name(1023, 'a');
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i)
        ASSERT_FALSE(matchesPattern(pattern, name));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}
