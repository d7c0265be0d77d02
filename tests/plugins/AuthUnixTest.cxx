#include "auth/AuthExchange.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/auth/AuthFields.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/StoredForms.hxx"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsane {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class AuthUnixTest : public testing::Test {
protected:
    AuthUnixTest()
    {
        folder.add("auth_unix");
        services.test_only = false;
    }

    void write(const std::string &text, mode_t mode = 0600)
    {
        services.values["auth.unix.file"] = folder.write("passwords", text, mode);
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

    AuthVerdict login(const std::string &user, const std::vector<std::string> &fields)
    {
        const Method &method = host.load(PluginKind::Auth, "unix");
        AuthExchange exchange(method, Role::Server, {.user = user, .peer = {}});
        OutFields out;
        EXPECT_EQ(exchange.step({}, out), AuthVerdict::Continue);
        EXPECT_THAT(out, IsEmpty()) << "PASS_REQ carries no further field";
        const AuthVerdict verdict = exchange.step(InFields(fields), out);
        EXPECT_EQ(exchange.identity(), verdict == AuthVerdict::Ok ? user : "");
        reason = exchange.reason();
        return verdict;
    }

    ModuleFolder folder;
    TestServices services;
    PluginHost host{folder.path(), services};
    std::string reason;
};

TEST_F(AuthUnixTest, DescribesItself)
{
    write("");
    const Method &method = host.load(PluginKind::Auth, "unix");
    EXPECT_EQ(method.id(), 1U);
    EXPECT_TRUE(method.has(NETSANE_FLAG_NEEDS_CONFIDENTIALITY));
    EXPECT_TRUE(method.has(NETSANE_FLAG_BLOCKING));
    EXPECT_FALSE(method.has(NETSANE_FLAG_NEEDS_ROOT));
    EXPECT_FALSE(method.has(NETSANE_FLAG_TEST_ONLY));
}

TEST_F(AuthUnixTest, AcceptsTheRightPasswordInEveryScheme)
{
    write("des:ABRCL9ijBr2LY\n"
          "sha512:" +
          storedForm("open sesame", "$6$", 1000) + "\nbcrypt:" + storedForm("open sesame", "$2b$", 4) +
          "\nyescrypt:" + storedForm("open sesame", "$y$", 1) + "\n");
    EXPECT_EQ(login("des", {"password"}), AuthVerdict::Ok);
    for (const std::string user : {"sha512", "bcrypt", "yescrypt"}) {
        EXPECT_EQ(login(user, {"open sesame"}), AuthVerdict::Ok) << user;
        EXPECT_EQ(login(user, {"open sesam"}), AuthVerdict::Fail) << user;
        EXPECT_EQ(login(user, {"open sesame "}), AuthVerdict::Fail) << user;
    }
}

TEST_F(AuthUnixTest, RefusesUnknownAndLockedUsersLikeAWrongPassword)
{
    const std::string form = storedForm("right", "$6$", 1000);
    write("alice:" + form + "\nbob:!" + form + "\ncarol:*\n");
    const std::vector<std::array<std::string, 3>> rows{
        {"alice", "wrong", "wrong password"},   {"bob", "wrong", "wrong password"},
        {"bob", "right", "the user is locked"}, {"carol", "right", "the user is locked"},
        {"nobody", "right", "unknown user"},    {"nobody", "wrong", "unknown user"},
        {"", "right", "unknown user"}};
    for (const auto &[user, password, why] : rows) {
        EXPECT_EQ(login(user, {password}), AuthVerdict::Fail) << user << ": a stand-in's password must not do";
        EXPECT_EQ(reason, why) << user;
    }
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Ok);
}

TEST_F(AuthUnixTest, RefusesTheStoredFormAndTheFailureTokenAsPasswords)
{
    write("alice:" + storedForm("right", "$6$", 1000) + "\n");
    EXPECT_EQ(login("alice", {"*0"}), AuthVerdict::Fail);
    EXPECT_EQ(login("alice", {storedForm("right", "$6$", 1000)}), AuthVerdict::Fail);
}

TEST_F(AuthUnixTest, RefusesMalformedReplies)
{
    write("alice:" + storedForm("right", "$6$", 1000) + "\n");
    EXPECT_EQ(login("alice", {}), AuthVerdict::Fail);
    EXPECT_EQ(reason, "the reply doesn't have exactly one field");
    EXPECT_EQ(login("alice", {"right", "right"}), AuthVerdict::Fail);
    EXPECT_EQ(login("alice", {""}), AuthVerdict::Fail);
    EXPECT_EQ(reason, "the reply has no password");
    EXPECT_EQ(login("alice", {std::string("right\0x", 7)}), AuthVerdict::Fail);
    EXPECT_EQ(reason, "the password is not a string");

    AuthExchange exchange(host.load(PluginKind::Auth, "unix"), Role::Server, {.user = "alice", .peer = {}});
    OutFields out;
    exchange.step({}, out);
    const std::string text = "right";
    const std::vector<AuthField> without_nul{std::as_bytes(std::span(text))};
    EXPECT_EQ(exchange.step(without_nul, out), AuthVerdict::Fail);
    EXPECT_EQ(exchange.reason(), "the password is not a string");
}

TEST_F(AuthUnixTest, LimitsThePasswordTo512BytesWithItsNul)
{
    const std::string longest(511, 'p');
    write("alice:" + storedForm(longest, "$6$", 1000) + "\n");
    EXPECT_EQ(login("alice", {longest}), AuthVerdict::Ok);
    EXPECT_EQ(login("alice", {longest + "p"}), AuthVerdict::Fail);
    EXPECT_EQ(reason, "the password is too long");
}

TEST_F(AuthUnixTest, ReadsTheFileAnewForEachLogin)
{
    write("alice:" + storedForm("old", "$6$", 1000) + "\n");
    EXPECT_EQ(login("alice", {"old"}), AuthVerdict::Ok);
    write("alice:" + storedForm("new", "$6$", 1000) + "\n");
    EXPECT_EQ(login("alice", {"old"}), AuthVerdict::Fail);
    EXPECT_EQ(login("alice", {"new"}), AuthVerdict::Ok);
}

TEST_F(AuthUnixTest, LetsNobodyInByAMalformedFile)
{
    const std::string good = "alice:" + storedForm("right", "$6$", 1000) + "\n";
    write(good);
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Ok);
    write(good + "bob secret\n");
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Internal);
    EXPECT_THAT(services.log(), HasSubstr("1 auth_unix: " + folder.file("passwords") + ": line 2: has no colon"));
    EXPECT_THAT(services.log(), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(refusal(), EndsWith("its init failed: " + folder.file("passwords") +
                                    ": line 2: has no colon between user and crypted password"));
}

TEST_F(AuthUnixTest, LetsNobodyInByAFileThatOthersMayReadOrIsGone)
{
    const std::string good = "alice:" + storedForm("right", "$6$", 1000) + "\n";
    write(good);
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Ok);
    write(good, 0644);
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Internal);
    EXPECT_THAT(refusal(), HasSubstr("readable by others (mode 0644)"));
    std::filesystem::remove(folder.file("passwords"));
    EXPECT_EQ(login("alice", {"right"}), AuthVerdict::Internal);
    EXPECT_THAT(refusal(), EndsWith("its init failed: [auth_unix] file: " + folder.file("passwords") +
                                    ": No such file or directory"));
}

TEST_F(AuthUnixTest, SaysWhatIsWrongWithTheConfiguration)
{
    EXPECT_THAT(refusal(), EndsWith("its init failed: [auth_unix] file is not set in the configuration"));
    services.values["auth.unix.file"] = "users";
    EXPECT_THAT(refusal(), EndsWith("its init failed: [auth_unix] file = \"users\" is not an absolute path"));
}

TEST_F(AuthUnixTest, NeedsNoFileAsAClient)
{
    services.wanted_roles = NETSANE_ROLE_CLIENT;
    PluginHost client_host(folder.path(), services);
    std::string asked;
    const auto prompt = [&asked](PromptStyle style, std::string_view text, std::span<char> answer) {
        EXPECT_EQ(style, PromptStyle::Hidden);
        asked = text;
        return answering("right")(style, text, answer);
    };
    AuthExchange client(client_host.load(PluginKind::Auth, "unix"), Role::Client,
                        {.user = "alice", .peer = {}, .prompt = prompt});
    OutFields out;
    EXPECT_EQ(client.step({}, out), AuthVerdict::Ok);
    EXPECT_THAT(textsOf(out), ElementsAre("right$"));
    EXPECT_EQ(asked, "Password for alice: ");
}

TEST_F(AuthUnixTest, AsAClientNeedsAnAnswerAndIgnoresFurtherFields)
{
    services.wanted_roles = NETSANE_ROLE_CLIENT;
    PluginHost client_host(folder.path(), services);
    const Method &method = client_host.load(PluginKind::Auth, "unix");
    OutFields out;
    AuthExchange silent(method, Role::Client, {.user = "alice", .peer = {}});
    EXPECT_EQ(silent.step({}, out), AuthVerdict::Fail);
    EXPECT_EQ(silent.reason(), "no password was given");
    EXPECT_THAT(out, IsEmpty());
    AuthExchange newer(method, Role::Client, {.user = "alice", .peer = {}, .prompt = answering("right")});
    EXPECT_EQ(newer.step(InFields({"of a later revision"}), out), AuthVerdict::Ok);
    EXPECT_THAT(textsOf(out), ElementsAre("right$"));
}

} // namespace
} // namespace netsane
