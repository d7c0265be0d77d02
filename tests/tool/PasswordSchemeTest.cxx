#include "tool/passwd/PasswordScheme.hxx"

#include <crypt.h>
#include <gtest/gtest.h>
#include <string>

using namespace netsane;

namespace {

SecretText secretOf(const std::string &password)
{
    SecretText result(password.size());
    result.append(password);
    return result;
}

// Whether crypt(3) makes the stored form from the password again.
bool isOf(const SecretText &stored, const std::string &password)
{
    crypt_data data{};
    const char *const again = ::crypt_r(password.c_str(), stored.c_str(), &data);
    return again && stored.view() == again;
}

} // namespace

TEST(PasswordScheme, StoresAsYescrypt)
{
    const auto stored = encryptPassword(secretOf("horse battery"), PasswordScheme::strong);
    EXPECT_TRUE(stored.view().starts_with(::crypt_preferred_method()));
    EXPECT_EQ(schemeOf(stored.view()), PasswordScheme::strong);
    EXPECT_TRUE(isOf(stored, "horse battery"));
    EXPECT_FALSE(isOf(stored, "horse batterx"));
}

TEST(PasswordScheme, StoresAsDes)
{
    const auto stored = encryptPassword(secretOf("password"), PasswordScheme::des);
    EXPECT_EQ(stored.size(), 13U);
    EXPECT_EQ(schemeOf(stored.view()), PasswordScheme::des);
    EXPECT_TRUE(isOf(stored, "password"));
    EXPECT_FALSE(isOf(stored, "passwore"));
}

TEST(PasswordScheme, TakesAnotherSaltEachTime)
{
    const auto password = secretOf("x");
    std::string first(encryptPassword(password, PasswordScheme::des).view());
    int same = 0;
    for (int i = 0; i < 20; ++i)
        same += encryptPassword(password, PasswordScheme::des).view() == first;
    EXPECT_LT(same, 3) << "one in 4096 each";
}

TEST(PasswordScheme, TakesTheLongestPassword)
{
    const std::string longest(max_password_bytes, 'x');
    EXPECT_TRUE(isOf(encryptPassword(secretOf(longest), PasswordScheme::strong), longest));
}

TEST(PasswordScheme, NamesStoredForms)
{
    EXPECT_EQ(schemeName("ABRCL9ijBr2LY"), "DES");
    EXPECT_EQ(schemeName("$y$j9T$x$y"), "yescrypt");
    EXPECT_EQ(schemeName("$2b$05$abcdefghijklmnopqrstuu"), "bcrypt");
    EXPECT_EQ(schemeName("$6$salt$x"), "SHA-512");
    EXPECT_EQ(schemeName("_J9..rasmBYk8r9AiWNc"), "extended DES");
    EXPECT_EQ(schemeName(""), "no password");
    EXPECT_EQ(schemeName("$99$x"), "another scheme");
    EXPECT_EQ(schemeOf("_J9..rasmBYk8"), PasswordScheme::strong);
    EXPECT_EQ(schemeOf("$1$0123456789"), PasswordScheme::strong) << "13 bytes, but not DES";
    EXPECT_EQ(schemeOf(""), PasswordScheme::strong);
}

TEST(PasswordScheme, SaysWhatDesLeavesOut)
{
    EXPECT_EQ(desLoss("password"), "");
    EXPECT_NE(desLoss("passwords").find("first 8"), std::string::npos);
    EXPECT_NE(desLoss("p\xc3\xa4ss").find("ASCII"), std::string::npos);
    EXPECT_EQ(desLoss(""), "");
}
