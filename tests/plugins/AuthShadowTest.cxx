#include "auth/AuthExchange.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/auth/AuthFields.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/StoredForms.hxx"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <unistd.h>

namespace netsane {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// auth_unix with `file = "shadow"` and a shadow file of the test's own. The clock shows day 14288.
class AuthShadowTest : public testing::Test {
protected:
    AuthShadowTest()
    {
        folder.add("auth_unix");
        services.test_only = false;
        services.values["auth.unix.file"] = "shadow";
    }

    void write(const std::string &text, mode_t mode = 0600)
    {
        services.values["auth.unix.shadow_file"] = folder.write("shadow", text, mode);
    }

    std::string refusal()
    {
        PluginHost fresh(folder.path(), services);
        try {
            fresh.load(PluginKind::Auth, "unix");
        } catch (const PluginError &error) {
            return error.what();
        }
        return "(loaded)";
    }

    /// "ok", or why not.
    std::string login(const std::string &user, const std::string &password)
    {
        AuthExchange exchange(host.load(PluginKind::Auth, "unix"), Role::Server, {.user = user, .peer = {}});
        OutFields out;
        EXPECT_EQ(exchange.step({}, out), AuthVerdict::Continue);
        const AuthVerdict verdict = exchange.step(InFields({password}), out);
        EXPECT_TRUE(verdict == AuthVerdict::Ok || verdict == AuthVerdict::Fail);
        return verdict == AuthVerdict::Ok ? "ok" : exchange.reason();
    }

    const std::string form = storedForm("right", "$6$", 1000);
    ModuleFolder folder;
    TestServices services;
    PluginHost host{folder.path(), services};
};

TEST_F(AuthShadowTest, AcceptsTheRightPasswordAlone)
{
    write("root:*:19000:0:99999:7:::\nalice:" + form + ":14000:0:99999:7:::\nbob:" + std::string(seed_example) +
          ":14000::::::\n");
    EXPECT_EQ(login("alice", "right"), "ok");
    EXPECT_EQ(login("alice", "wrong"), "wrong password");
    EXPECT_EQ(login("bob", "password"), "ok");
    EXPECT_EQ(login("bob", "right"), "wrong password");
    EXPECT_EQ(login("nobody", "right"), "unknown user");
}

TEST_F(AuthShadowTest, RefusesWithAReasonOfItsOwn)
{
    const std::vector<std::array<std::string, 3>> rows{
        // what stands behind the user; with the right password; with a wrong one
        {form + ":14000:0:99999:7:::", "ok", "wrong password"},
        {form + ":14000:0:288:7:::", "ok", "wrong password"},
        {form + ":14000:0:287:7:::", "the password has expired", "wrong password"},
        {form + ":14000:0:287:7:1::", "the password has expired", "wrong password"},
        {form + ":14000:0:287:7:0::", "the password expired so long ago that the account is inactive",
         "wrong password"},
        {form + ":0:0:99999:7:::", "the password must be changed before its first use", "wrong password"},
        {form + ":14000:0:99999:7::14289:", "ok", "wrong password"},
        {form + ":14000:0:99999:7::14288:", "the account has expired", "wrong password"},
        {form + ":14000:0:99999:7::0:", "the account has expired", "wrong password"},
        {form + ":0:0:1:7:1:1:", "the account has expired", "wrong password"},
        {form + ":14000:0:-1:7:-1:-1:", "ok", "wrong password"},
        {form + ":-1:0:1:7:0::", "ok", "wrong password"},
        {form + "::0:1:7:0::", "ok", "wrong password"},
        {form + ":15000:0:1:7:::", "ok", "wrong password"},
        {form + ":::::::", "ok", "wrong password"},
        {form + ":14000", "ok", "wrong password"},
        {form, "ok", "wrong password"},
        {"!" + form + ":14000:0:99999:7:::", "the user is locked", "wrong password"},
        {"!!" + form + ":14000:0:99999:7::1:", "the user is locked", "wrong password"},
        {"!:14000:0:99999:7:::", "the user is locked", "the user is locked"},
        {"*:14000:0:99999:7:::", "the user is locked", "the user is locked"},
        {"!*:14000:0:99999:7:::", "the user is locked", "the user is locked"},
        {":14000:0:99999:7:::", "the user has no password", "the user has no password"},
        {"x:14000:0:99999:7:::", "the stored password is in no form of crypt(3)",
         "the stored password is in no form of crypt(3)"},
        {form + ":yesterday:0:99999:7:::", "the user's entry is malformed", "wrong password"},
        {form + ":14000:0:99999999999999999999:7:::", "the user's entry is malformed", "wrong password"},
        {form + ":14000:0:99999:7::1 :", "the user's entry is malformed", "wrong password"},
        {form + ":14000:0:99999:7:x::", "the user's entry is malformed", "wrong password"},
        {form + ":14000:0:99999:7::::", "the user's entry is malformed", "the user's entry is malformed"}};
    for (const auto &[rest, right, wrong] : rows) {
        write("zoe:" + form + ":14000:0:99999:7:::\nalice:" + rest + "\n");
        EXPECT_EQ(login("alice", "right"), right) << rest;
        EXPECT_EQ(login("alice", "wrong"), wrong) << rest;
        EXPECT_NE(login("alice", ""), "ok") << rest;
        EXPECT_EQ(login("zoe", "right"), "ok") << rest << ": concerns its own user alone";
    }
}

TEST_F(AuthShadowTest, PassesOverLinesThatNameNobody)
{
    const std::string line = ":" + form + ":14000:0:99999:7:::\n";
    write("\n\n" + line + "+" + line + "+bob" + line + "-carol" + line + "nocolon\nalice" + line + "alice:*:::::::\n");
    EXPECT_EQ(login("alice", "right"), "ok") << "the first line counts";
    EXPECT_EQ(login("", "right"), "unknown user");
    EXPECT_EQ(login("+", "right"), "unknown user");
    EXPECT_EQ(login("+bob", "right"), "unknown user");
    EXPECT_EQ(login("-carol", "right"), "unknown user");
    EXPECT_EQ(login("nocolon", "right"), "the user's entry is malformed");
    write("alice:*:::::::\nalice" + line);
    EXPECT_EQ(login("alice", "right"), "the user is locked") << "the first line counts";
}

TEST_F(AuthShadowTest, RefusesAFileThatIsNotSecretOrGone)
{
    write("alice:" + form + ":14000::::::\n", 0604);
    EXPECT_THAT(refusal(), EndsWith("its init failed: " + folder.file("shadow") +
                                    ": writable by group or others, or readable by others"));
    write("", 0660);
    EXPECT_THAT(refusal(), HasSubstr("writable by group"));
    write("", 0640);
    EXPECT_EQ(refusal(), "(loaded)");
    std::filesystem::remove(folder.file("shadow"));
    EXPECT_THAT(refusal(), EndsWith("its init failed: " + folder.file("shadow") + ": No such file or directory"));
    folder.makeFolder("shadow");
    EXPECT_THAT(refusal(), EndsWith("not a regular file"));
    services.values["auth.unix.shadow_file"] = "etc/shadow";
    EXPECT_THAT(refusal(), EndsWith("its init failed: shadow_file = \"etc/shadow\" is not an absolute path"));
}

TEST_F(AuthShadowTest, RefusesLoginsWhenTheFileHasBecomeUnusable)
{
    write("alice:" + form + ":14000::::::\n");
    EXPECT_EQ(login("alice", "right"), "ok");
    write("alice:" + form + ":14000::::::\n", 0644);
    AuthExchange exchange(host.load(PluginKind::Auth, "unix"), Role::Server, {.user = "alice", .peer = {}});
    OutFields out;
    exchange.step({}, out);
    EXPECT_EQ(exchange.step(InFields({"right"}), out), AuthVerdict::Internal);
    EXPECT_THAT(services.log(), HasSubstr("readable by others"));
    EXPECT_THAT(services.log(), testing::Not(HasSubstr(form)));
}

/// Root reads everything, so another user has to look.
class EffectiveUser {
public:
    explicit EffectiveUser(uid_t user)
    {
        if (is_root_ && ::seteuid(user) != 0)
            throw std::runtime_error("seteuid");
    }
    ~EffectiveUser()
    {
        if (is_root_ && ::seteuid(0) != 0)
            std::abort();
    }
    EffectiveUser(const EffectiveUser &) = delete;
    EffectiveUser &operator=(const EffectiveUser &) = delete;

private:
    const bool is_root_ = ::getuid() == 0;
};

TEST_F(AuthShadowTest, AsksForRootWhereTheFileCannotBeRead)
{
    write("alice:" + form + ":14000::::::\n", 0000);
    ModuleFolder::setMode(folder.path(), 0755);
    const EffectiveUser other(65534);
    PluginHost fresh(folder.path(), services);
    try {
        fresh.load(PluginKind::Auth, "unix");
        FAIL();
    } catch (const NeedsRootError &error) {
        EXPECT_EQ(error.what(), folder.file("auth_unix.so") + ": works as root only: " + folder.file("shadow") +
                                    ": Permission denied");
    }
}

TEST_F(AuthShadowTest, ReadsTheSystemsFileWhereNoOtherIsNamed)
{
    const bool readable = ::access("/etc/shadow", R_OK) == 0;
    const std::string text = refusal();
    if (readable)
        EXPECT_EQ(text, "(loaded)");
    else
        EXPECT_THAT(text, HasSubstr("/etc/shadow: "));
}

} // namespace
} // namespace netsane
