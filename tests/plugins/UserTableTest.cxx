#include "plugins/auth/common/UserTable.hxx"

#include <gtest/gtest.h>
#include <map>
#include <string>

namespace netsane {
namespace {

constexpr std::string_view des = "ABRCL9ijBr2LY";
constexpr std::string_view sha512 =
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1";

UserTable::Entry entry(std::string_view user, std::string_view field)
{
    UserTable::Entry made{user, {}, Standing::Good};
    UserTable::readStoredForm(field, made);
    return made;
}

std::string userName(int number)
{
    return "user" + std::to_string(number);
}

TEST(UserTable, ReadsWhatStoredFormsSay)
{
    const struct {
        std::string_view field;
        std::string_view crypted;
        Standing standing;
    } rows[] = {{des, des, Standing::Good},
                {"!ABRCL9ijBr2LY", des, Standing::Locked},
                {"!!ABRCL9ijBr2LY", des, Standing::Locked},
                {"!", "", Standing::Locked},
                {"!!", "", Standing::Locked},
                {"*", "", Standing::Locked},
                {"!*", "", Standing::Locked},
                {"*LK*", "", Standing::Locked},
                {"*ABRCL9ijBr2LY", "", Standing::Locked},
                {"", "", Standing::NoPassword},
                {"x", "", Standing::UnknownScheme},
                {"$nosuch$x$y", "", Standing::UnknownScheme},
                {"secretsecret", "", Standing::UnknownScheme}};
    for (const auto &row : rows) {
        const UserTable::Entry read = entry("alice", row.field);
        EXPECT_EQ(read.crypted, row.crypted) << row.field;
        EXPECT_EQ(read.standing, row.standing) << row.field;
    }
}

TEST(UserTable, TellsUsersWhoMayLogInFromOthers)
{
    const UserTable users({entry("carol", "!ABRCL9ijBr2LY"), entry("bob", "*"), entry("alice", des), entry("dave", "")},
                          "secret");
    const auto expect = [&users](std::string_view user, bool usable, bool own, Standing standing) {
        const UserTable::Lookup lookup = users.find(user);
        EXPECT_EQ(lookup.crypted, des) << user;
        EXPECT_EQ(lookup.usable, usable) << user;
        EXPECT_EQ(lookup.own, own) << user;
        EXPECT_EQ(lookup.standing, standing) << user;
    };
    expect("alice", true, true, Standing::Good);
    expect("bob", false, false, Standing::Locked);
    expect("carol", false, true, Standing::Locked);
    expect("dave", false, false, Standing::NoPassword);
    for (const char *user : {"", "alic", "alice2", "zoe"})
        expect(user, false, false, Standing::Unknown);
}

TEST(UserTable, NeverLetsInSomebodyWithoutAForm)
{
    const UserTable users({{"alice", {}, Standing::Good}}, {});
    EXPECT_FALSE(users.find("alice").usable);
    EXPECT_EQ(users.find("alice").standing, Standing::NoPassword);
}

TEST(UserTable, GivesUnknownUsersAStableStandInAsMixedAsTheTable)
{
    const UserTable users({entry("alice", des), entry("bob", sha512), entry("carol", "!"), entry("dave", des)},
                          "secret");
    int count = 0;
    for (int i = 0; i < 3000; ++i) {
        const UserTable::Lookup lookup = users.find(userName(i));
        EXPECT_EQ(lookup.crypted, users.find(userName(i)).crypted);
        count += lookup.crypted == des ? 1 : 0;
    }
    // 2000 expected; the standard deviation is 26
    EXPECT_GT(count, 1850);
    EXPECT_LT(count, 2150);
}

TEST(UserTable, KeepsMostStandInsWhenAUserIsAdded)
{
    const UserTable before({entry("alice", des), entry("bob", sha512), entry("carol", sha512)}, "secret");
    const UserTable after({entry("alice", des), entry("bob", sha512), entry("carol", sha512),
                           entry("dave", "$2b$04$abcdefghijklmnopqrstuu")},
                          "secret");
    int changed = 0;
    for (int i = 0; i < 2000; ++i)
        changed += before.find(userName(i)).crypted != after.find(userName(i)).crypted ? 1 : 0;
    EXPECT_GT(changed, 350) << "the new one is a stand-in, too";
    EXPECT_LT(changed, 650) << "a quarter goes to the new one, the rest stays";
}

TEST(UserTable, ChoosesStandInsAndSeedsByTheKeyAlone)
{
    const std::vector<UserTable::Entry> entries{entry("alice", des), entry("bob", sha512)};
    const UserTable first(entries, "one secret");
    const UserTable second(entries, "another secret");
    int differing = 0;
    for (int i = 0; i < 1000; ++i)
        differing += first.find(userName(i)).crypted != second.find(userName(i)).crypted ? 1 : 0;
    EXPECT_GT(differing, 400);
    EXPECT_LT(differing, 600);
    // the secret in place of what the table holds
    const UserTable third({entry("alice", des), entry("bob", sha512), entry("carol", "*")}, "one secret");
    const UserTable fourth({entry("alice", des)}, "one secret");
    const UserTable without(entries, {});
    const UserTable without_changed({entry("alice", "CDcC3uINqJo7Q"), entry("bob", sha512)}, {});
    int same = 0;
    for (int i = 0; i < 1000; ++i) {
        const Seed seed = first.madeUpSeed(userName(i));
        EXPECT_EQ(seed, third.madeUpSeed(userName(i)));
        EXPECT_EQ(seed, fourth.madeUpSeed(userName(i)));
        same += seed == second.madeUpSeed(userName(i)) ? 1 : 0;
        same += without.madeUpSeed(userName(i)) == without_changed.madeUpSeed(userName(i)) ? 1 : 0;
    }
    EXPECT_LT(same, 10) << "2000 / 4096 expected";
}

TEST(UserTable, MakesSeedsUpAsRealOnesAre)
{
    const UserTable users({}, "secret");
    std::map<char, int> first;
    std::map<char, int> second;
    constexpr int count = 64 * 400;
    for (int i = 0; i < count; ++i) {
        const Seed seed = users.madeUpSeed(userName(i));
        EXPECT_EQ(seed[2], '\0');
        ++first[seed[0]];
        ++second[seed[1]];
    }
    for (const auto &counts : {first, second}) {
        EXPECT_EQ(counts.size(), 64U);
        double chi_square = 0;
        for (const auto &[character, times] : counts) {
            EXPECT_NE(seed_alphabet.find(character), std::string_view::npos);
            chi_square += (times - 400.0) * (times - 400.0) / 400.0;
        }
        EXPECT_LT(chi_square, 120) << "63 degrees of freedom; by chance one time in 50000";
    }
}

} // namespace
} // namespace netsane
