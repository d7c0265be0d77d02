#include "plugins/auth/common/PasswordFile.hxx"

#include <array>
#include <crypt.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace netsane {
namespace {

constexpr std::string_view sha512 =
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1";
constexpr std::string_view des = "ABRCL9ijBr2LY"; // the seed's own example

std::string errorOf(std::string_view text)
{
    try {
        const PasswordFile file(text);
    } catch (const PasswordFileError &error) {
        return error.what();
    }
    return "(no error)";
}

TEST(PasswordFile, ReadsUsersCommentsAndBlankLines)
{
    const std::string text =
        "# comment: with a colon\n\n \t\nalice:" + std::string(sha512) + "\nbob:" + std::string(des);
    const PasswordFile file(text);
    EXPECT_EQ(file.size(), 2U);
    EXPECT_TRUE(file.find("alice").usable);
    EXPECT_EQ(file.find("alice").crypted, sha512);
    EXPECT_EQ(file.find("bob").crypted, des);
    EXPECT_TRUE(file.find("bob").usable);
}

TEST(PasswordFile, NamesTheLineThatIsMalformed)
{
    const std::string good = "alice:" + std::string(des) + "\n";
    EXPECT_EQ(errorOf(good + "nonsense\n"), "line 2: has no colon between user and crypted password");
    EXPECT_EQ(errorOf(good + "#\n\n:" + std::string(des)), "line 4: has a user name that is empty or too long");
    EXPECT_EQ(errorOf(good + "bob:\n"), "line 2: has a crypted password that is empty or too long");
    EXPECT_EQ(errorOf(std::string(257, 'x') + ":" + std::string(des)),
              "line 1: has a user name that is empty or too long");
    EXPECT_EQ(errorOf("bob:$6$" + std::string(400, 'x')), "line 1: has a crypted password that is empty or too long");
    EXPECT_EQ(errorOf("bob:" + std::string(des) + ":19000:0\n"), "line 1: has more than two parts between colons");
    EXPECT_EQ(errorOf("bob:" + std::string(des) + "\r\n"),
              "line 1: has a control character (only line feeds end lines)");
    EXPECT_EQ(errorOf(std::string("bob:\0secret", 11)), "line 1: has a control character (only line feeds end lines)");
    EXPECT_EQ(errorOf("bob:ABRCL9ijBr 2L\n"),
              "line 1: has a crypted password with a space or a character that isn't ASCII");
    EXPECT_EQ(errorOf("bob:secret\n"), "line 1: has a password that is not in a form of crypt(3)");
    EXPECT_EQ(errorOf("bob:$nosuch$abc$def\n"), "line 1: has a password that is not in a form of crypt(3)");
    EXPECT_EQ(errorOf(good + "bob:*\n" + good), "line 3: names the same user as line 1");
}

TEST(PasswordFile, AcceptsEverySchemeOfTheLibrary)
{
    for (const char *prefix : {"$y$", "$gy$", "$7$", "$2b$", "$6$", "$5$", "$1$", "_", ""}) {
        std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
        if (::crypt_gensalt_rn(prefix, 0, nullptr, 0, setting.data(), setting.size()) == nullptr)
            continue;
        const auto data = std::make_unique<crypt_data>();
        const char *const crypted = ::crypt_rn("x", setting.data(), data.get(), sizeof *data);
        ASSERT_NE(crypted, nullptr) << prefix;
        EXPECT_EQ(errorOf("bob:" + std::string(crypted)), "(no error)") << prefix;
    }
}

TEST(PasswordFile, LetsNobodyInWhoIsLocked)
{
    const std::string text = "alice:!" + std::string(des) + "\nbob:*\ncarol:*" + std::string(sha512) + "\ndave:!\n";
    const PasswordFile file(text);
    for (const char *user : {"alice", "bob", "carol", "dave"}) {
        EXPECT_FALSE(file.find(user).usable) << user;
        EXPECT_EQ(file.find(user).crypted, des) << "takes the time of a usable one";
        EXPECT_EQ(file.find(user).standing, Standing::Locked);
    }
}

TEST(PasswordFile, KeysWhatItMakesUpWithItsSecret)
{
    const std::string secret(43, 'k');
    const std::string users = "alice:" + std::string(des) + "\n";
    const std::string keyed = "#secret:" + secret + "\n" + users;
    const std::string at_the_end = users + "# of last year\n#secret:" + secret;
    const PasswordFile file(keyed);
    EXPECT_TRUE(file.hasSecret());
    EXPECT_EQ(file.size(), 1U);
    EXPECT_EQ(file.users().madeUpSeed("nobody"), PasswordFile(at_the_end).users().madeUpSeed("nobody"));
    EXPECT_FALSE(PasswordFile(users).hasSecret());
    EXPECT_NE(file.users().madeUpSeed("nobody"), PasswordFile(users).users().madeUpSeed("nobody"));
}

TEST(PasswordFile, NamesTheLineOfASecretThatIsMalformed)
{
    const std::string malformed = "line 2: has a secret that isn't 43 characters of A-Z, a-z, 0-9, . and /";
    for (const std::string &value :
         {std::string(), std::string(42, 'k'), std::string(44, 'k'), std::string(42, 'k') + "+",
          std::string(43, 'k') + "\r", " " + std::string(42, 'k'), std::string(43, 'k') + " ",
          std::string(42, 'k') + "\xe4", std::string(42, 'k') + std::string(1, '\0')})
        EXPECT_EQ(errorOf("#\n#secret:" + value + "\nalice:" + std::string(des)), malformed) << value;
    const std::string twice = "#secret:" + std::string(43, 'k') + "\n";
    EXPECT_EQ(errorOf(twice + twice), "line 2: has a second secret");
    EXPECT_EQ(errorOf("#secret\n# secret:x\n#Secret:x\n"), "(no error)") << "comments";
    const PasswordFile full("#secret:./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcde\n");
    EXPECT_TRUE(full.hasSecret());
}

TEST(PasswordFile, GivesUnknownUsersAStableStandIn)
{
    const std::string text = "alice:" + std::string(des) + "\nbob:" + std::string(sha512) + "\n";
    const PasswordFile file(text);
    bool seen_des = false;
    bool seen_sha512 = false;
    for (int i = 0; i < 50; ++i) {
        const std::string user = "user" + std::to_string(i);
        const PasswordFile::Lookup lookup = file.find(user);
        EXPECT_FALSE(lookup.usable);
        EXPECT_EQ(lookup.crypted, file.find(user).crypted);
        seen_des = seen_des || lookup.crypted == des;
        seen_sha512 = seen_sha512 || lookup.crypted == sha512;
    }
    EXPECT_TRUE(seen_des && seen_sha512) << "stand-ins are as mixed as the file";
    EXPECT_FALSE(file.find("").usable);
    EXPECT_FALSE(file.find("alic").usable);
    EXPECT_FALSE(file.find("alice2").usable);
}

TEST(PasswordFile, HasAStandInThatCryptAcceptsEvenWhenEmpty)
{
    const PasswordFile file("");
    const PasswordFile::Lookup lookup = file.find("alice");
    EXPECT_FALSE(lookup.usable);
    const auto data = std::make_unique<crypt_data>();
    EXPECT_NE(::crypt_rn("x", std::string(lookup.crypted).c_str(), data.get(), sizeof *data), nullptr);
}

} // namespace
} // namespace netsane
