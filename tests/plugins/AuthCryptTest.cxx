#include "auth/AuthExchange.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/auth/AuthFields.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/StoredForms.hxx"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace netsane {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const std::string example(seed_example);
const std::string secret = "#secret:" + std::string(43, 'k') + "\n";

/// Random bytes as the test wants them: those of `fixed` again and again, else real ones.
class SeedServices : public TestServices {
public:
    void randomBytes(std::span<std::byte> bytes) override
    {
        if (broken)
            throw std::runtime_error("no random bytes today");
        if (fixed.empty())
            return TestServices::randomBytes(bytes);
        for (std::byte &byte : bytes)
            byte = static_cast<std::byte>(fixed[next++ % fixed.size()]);
    }

    std::vector<unsigned> fixed;
    size_t next = 0;
    bool broken = false;
};

/// What the seed's text makes of stored form and seeds.
std::vector<std::string> responses(const std::string &stored, const std::string &second, const std::string &third)
{
    return {cryptOf(stored.substr(2), second), cryptOf(stored.substr(5), third)};
}

/// The seeds as bytes that the method's choice turns into them.
std::vector<unsigned> bytesFor(std::string_view characters)
{
    std::vector<unsigned> bytes;
    for (const char c : characters)
        bytes.push_back(static_cast<unsigned>(alphabet.find(c)));
    return bytes;
}

class AuthCryptTest : public testing::Test {
protected:
    AuthCryptTest()
    {
        folder.add("auth_crypt");
        services.test_only = false;
    }

    void write(const std::string &text, mode_t mode = 0600)
    {
        services.values["auth.crypt.file"] = folder.write("passwords", text, mode);
    }

    std::string refusal()
    {
        PluginHost fresh(folder.path(), services);
        try {
            fresh.load(PluginKind::Auth, "crypt");
        } catch (const PluginError &error) {
            return error.what();
        }
        return "(loaded)";
    }

    /// The seeds, "AB$"; none and `verdict` where there is no PASS_REQ.
    std::vector<std::string> ask(const std::string &user)
    {
        exchange.emplace(host.load(PluginKind::Auth, "crypt"), Role::Server, AuthParameters{.user = user, .peer = {}});
        OutFields out;
        verdict = exchange->step({}, out);
        return textsOf(out);
    }

    AuthVerdict answer(const std::vector<std::string> &fields)
    {
        OutFields out;
        verdict = exchange->step(InFields(fields), out);
        EXPECT_THAT(out, IsEmpty());
        return verdict;
    }

    /// A whole login as a client computes it that knows the password.
    AuthVerdict login(const std::string &user, const std::string &password)
    {
        const std::vector<std::string> seeds = ask(user);
        if (verdict != AuthVerdict::Continue)
            return verdict;
        const std::string stored = cryptOf(password, seeds[0].substr(0, 2));
        return answer(responses(stored, seeds[1].substr(0, 2), seeds[2].substr(0, 2)));
    }

    AuthVerdict clientStep(const std::vector<std::string> &seeds, const PromptCallback &prompt,
                           std::vector<std::string> &reply)
    {
        services.wanted_roles = NETSANE_ROLE_CLIENT;
        PluginHost client_host(folder.path(), services);
        AuthExchange client(client_host.load(PluginKind::Auth, "crypt"), Role::Client,
                            {.user = "alice", .peer = {}, .prompt = prompt});
        OutFields out;
        const AuthVerdict result = client.step(InFields(seeds), out);
        client_reason = client.reason();
        reply = textsOf(out);
        return result;
    }

    ModuleFolder folder;
    SeedServices services;
    PluginHost host{folder.path(), services};
    std::optional<AuthExchange> exchange;
    AuthVerdict verdict = AuthVerdict::Internal;
    std::string client_reason;
};

TEST_F(AuthCryptTest, DescribesItself)
{
    write("");
    const Method &method = host.load(PluginKind::Auth, "crypt");
    EXPECT_EQ(method.id(), 2U);
    EXPECT_TRUE(method.has(NETSANE_FLAG_NEEDS_CONFIDENTIALITY));
    EXPECT_FALSE(method.has(NETSANE_FLAG_BLOCKING));
    EXPECT_FALSE(method.has(NETSANE_FLAG_TEST_ONLY));
    EXPECT_TRUE(method.supports(Role::Server));
    EXPECT_TRUE(method.supports(Role::Client));
}

TEST_F(AuthCryptTest, DoesTheSeedsExampleAsAServer)
{
    write(secret + "alice:" + example + "\n");
    services.fixed = bytesFor("CDEF");
    EXPECT_THAT(ask("alice"), ElementsAre("AB$", "CD$", "EF$"));
    EXPECT_EQ(answer({"CDcC3uINqJo7Q", "EFIBfTmJjGhtM"}), AuthVerdict::Ok);
    EXPECT_EQ(exchange->identity(), "alice");
}

TEST_F(AuthCryptTest, DoesTheSeedsExampleAsAClient)
{
    std::vector<std::string> reply;
    std::string asked;
    const auto prompt = [&asked](PromptStyle style, std::string_view text, std::span<char> answer) {
        EXPECT_EQ(style, PromptStyle::Hidden);
        asked = text;
        return answering("password")(style, text, answer);
    };
    EXPECT_EQ(clientStep({"AB", "CD", "EF"}, prompt, reply), AuthVerdict::Ok);
    EXPECT_THAT(reply, ElementsAre("CDcC3uINqJo7Q$", "EFIBfTmJjGhtM$"));
    EXPECT_EQ(asked, "Password for alice: ");
}

TEST_F(AuthCryptTest, NeedsBothResponses)
{
    write(secret + "alice:" + example + "\n");
    services.fixed = bytesFor("CDEF");
    const std::string first = "CDcC3uINqJo7Q";
    const std::string second = "EFIBfTmJjGhtM";
    const std::vector<std::vector<std::string>> wrong{
        {first, first},           {second, second},          {second, first},
        {first, "EFIBfTmJjGhtN"}, {"CDcC3uINqJo7R", second}, {"ADcC3uINqJo7Q", second},
        {example, example}};
    for (const auto &fields : wrong) {
        ask("alice");
        EXPECT_EQ(answer(fields), AuthVerdict::Fail) << fields[0] << " " << fields[1];
        EXPECT_EQ(exchange->reason(), "wrong password");
        EXPECT_EQ(exchange->identity(), "");
    }
}

TEST_F(AuthCryptTest, RefusesMalformedReplies)
{
    write(secret + "alice:" + example + "\n");
    services.fixed = bytesFor("CDEF");
    const std::string first = "CDcC3uINqJo7Q";
    const std::string second = "EFIBfTmJjGhtM";
    const std::vector<std::vector<std::string>> malformed{{},
                                                          {first},
                                                          {first, second, second},
                                                          {first, ""},
                                                          {first, second + "x"},
                                                          {first, second.substr(1)},
                                                          {first + second, second},
                                                          {first, "EFIBfTmJjGht "},
                                                          {first, std::string("EFIBfTmJjGht\0", 13)},
                                                          {"*0", "*0"},
                                                          {"*0\0\0\0\0\0\0\0\0\0\0", second}};
    for (const auto &fields : malformed) {
        ask("alice");
        EXPECT_EQ(answer(fields), AuthVerdict::Fail);
        EXPECT_EQ(exchange->reason(), "the reply isn't two strings of 13 characters");
    }
    ask("alice");
    OutFields out;
    const std::vector<AuthField> without_nul{std::as_bytes(std::span(first)), std::as_bytes(std::span(second))};
    EXPECT_EQ(exchange->step(without_nul, out), AuthVerdict::Fail);
}

TEST_F(AuthCryptTest, AcceptsOnlyThePasswordOfTheUser)
{
    write(secret + "alice:" + example + "\nbob:" + cryptOf("another", "xy") + "\n");
    EXPECT_EQ(login("alice", "password"), AuthVerdict::Ok);
    EXPECT_EQ(login("alice", "passwordandmore"), AuthVerdict::Ok) << "crypt(3) looks at 8 bytes";
    EXPECT_EQ(login("alice", "another"), AuthVerdict::Fail);
    EXPECT_EQ(login("bob", "another"), AuthVerdict::Ok);
    EXPECT_EQ(login("bob", "password"), AuthVerdict::Fail);
}

TEST_F(AuthCryptTest, DrawsTheOtherSeedsAnewAndEvenly)
{
    write(secret + "alice:" + example + "\n");
    std::array<std::map<char, int>, 4> counts;
    std::set<std::string> seen;
    constexpr int count = 6400;
    for (int i = 0; i < count; ++i) {
        const auto seeds = ask("alice");
        ASSERT_EQ(seeds.size(), 3U);
        EXPECT_EQ(seeds[0], "AB$");
        seen.insert(seeds[1] + seeds[2]);
        for (size_t place = 0; place < 4; ++place)
            ++counts[place][seeds[1 + place / 2][place % 2]];
    }
    EXPECT_GT(seen.size(), 6380U) << "6399 of 2^24 expected";
    for (const auto &place : counts) {
        EXPECT_EQ(place.size(), 64U);
        double chi_square = 0;
        for (const auto &[character, times] : place) {
            EXPECT_NE(alphabet.find(character), std::string_view::npos);
            chi_square += (times - 100.0) * (times - 100.0) / 100.0;
        }
        EXPECT_LT(chi_square, 140) << "63 degrees of freedom; by chance one time in ten million";
    }
    services.broken = true;
    ask("alice");
    EXPECT_EQ(verdict, AuthVerdict::Internal);
}

TEST_F(AuthCryptTest, IsNotApplicableForOtherSchemes)
{
    write(secret + "alice:" + storedForm("right", "$6$", 1000) + "\nbob:" + storedForm("right", "_", 5) +
          "\ncarol:" + storedForm("right", "$1$", 0) + "\n");
    for (const std::string user : {"alice", "bob", "carol"}) {
        EXPECT_THAT(ask(user), IsEmpty());
        EXPECT_EQ(verdict, AuthVerdict::NotApplicable);
        EXPECT_EQ(exchange->reason(), "the stored password is of another scheme");
    }
    EXPECT_THAT(ask("nobody"), IsEmpty());
    EXPECT_EQ(verdict, AuthVerdict::NotApplicable);
}

TEST_F(AuthCryptTest, TreatsUnknownUsersLikeTheUsersOfTheFile)
{
    write(secret + "alice:" + example + "\nbob:" + storedForm("right", "$6$", 1000) + "\n");
    int asked = 0;
    std::set<std::string> first_seeds;
    for (int i = 0; i < 400; ++i) {
        const std::string user = "user" + std::to_string(i);
        const auto seeds = ask(user);
        const auto again = ask(user);
        ASSERT_EQ(seeds.size(), again.size()) << "the same each time";
        if (verdict != AuthVerdict::Continue) {
            EXPECT_EQ(verdict, AuthVerdict::NotApplicable);
            continue;
        }
        ++asked;
        EXPECT_EQ(seeds[0], again[0]) << "the same each time";
        first_seeds.insert(seeds[0]);
        EXPECT_EQ(login(user, "password"), AuthVerdict::Fail) << "the stand-in's password";
        EXPECT_EQ(exchange->reason(), "unknown user");
        ask(user);
        EXPECT_EQ(answer(responses(example, again[1].substr(0, 2), again[2].substr(0, 2))), AuthVerdict::Fail);
    }
    // 200 expected; the standard deviation is 10
    EXPECT_GT(asked, 150);
    EXPECT_LT(asked, 250);
    EXPECT_GT(first_seeds.size(), static_cast<size_t>(asked) * 9 / 10) << "made up, not the stand-in's";
}

TEST_F(AuthCryptTest, RefusesTheStandInsResponsesForAnotherUser)
{
    write(secret + "alice:" + example + "\n");
    const auto seeds = ask("nobody");
    ASSERT_EQ(seeds.size(), 3U);
    EXPECT_EQ(answer(responses(example, seeds[1].substr(0, 2), seeds[2].substr(0, 2))), AuthVerdict::Fail);
    EXPECT_EQ(exchange->reason(), "unknown user");
    EXPECT_EQ(exchange->identity(), "");
}

TEST_F(AuthCryptTest, RefusesLockedUsers)
{
    write(secret + "alice:!" + example + "\nbob:*\ncarol:" + cryptOf("another", "xy") + "\n");
    EXPECT_EQ(login("alice", "password"), AuthVerdict::Fail);
    EXPECT_EQ(exchange->reason(), "the user is locked");
    EXPECT_THAT(ask("alice"), ElementsAre("AB$", testing::_, testing::_)) << "as before it was locked";
    EXPECT_EQ(login("alice", "wrong"), AuthVerdict::Fail);
    EXPECT_EQ(exchange->reason(), "wrong password");
    for (const std::string password : {"password", "another"}) {
        EXPECT_EQ(login("bob", password), AuthVerdict::Fail);
        EXPECT_EQ(exchange->reason(), "the user is locked");
    }
}

TEST_F(AuthCryptTest, LetsNobodyInByAMalformedFile)
{
    const std::string good = secret + "alice:" + example + "\n";
    write(good);
    EXPECT_EQ(login("alice", "password"), AuthVerdict::Ok);
    write(good + "bob secret\n");
    EXPECT_EQ(login("alice", "password"), AuthVerdict::Internal);
    EXPECT_THAT(refusal(), EndsWith("its init failed: " + folder.file("passwords") +
                                    ": line 3: has no colon between user and crypted password"));
    write(good, 0644);
    EXPECT_EQ(login("alice", "password"), AuthVerdict::Internal);
    EXPECT_THAT(refusal(), HasSubstr("readable by others (mode 0644)"));
    services.values.clear();
    EXPECT_THAT(refusal(), EndsWith("its init failed: [auth_crypt] file is not set in the configuration"));
}

TEST_F(AuthCryptTest, WarnsOfAFileWithoutASecret)
{
    write(secret + "alice:" + example + "\n");
    EXPECT_EQ(refusal(), "(loaded)");
    EXPECT_EQ(services.log(), "");
    write("alice:" + example + "\n");
    EXPECT_EQ(refusal(), "(loaded)");
    EXPECT_THAT(services.log(), HasSubstr("2 auth_crypt: " + folder.file("passwords") + " has no line #secret:"));
}

TEST_F(AuthCryptTest, AsAClientDeclinesSeedsThatAreNoneWithoutAsking)
{
    bool asked = false;
    const auto prompt = [&asked](PromptStyle style, std::string_view text, std::span<char> answer) {
        asked = true;
        return answering("password")(style, text, answer);
    };
    const std::vector<std::vector<std::string>> malformed{{},
                                                          {"AB"},
                                                          {"AB", "CD"},
                                                          {"", "CD", "EF"},
                                                          {"A", "CD", "EF"},
                                                          {"ABC", "CD", "EF"},
                                                          {"AB", "C!", "EF"},
                                                          {"AB", "CD", "E\xc3"},
                                                          {"$6", "CD", "EF"},
                                                          {"_.", "CD", "EF"},
                                                          {"AB", "CD", "$1$abc"},
                                                          {"AB", std::string("C\0", 2), "EF"}};
    for (const auto &seeds : malformed) {
        std::vector<std::string> reply;
        EXPECT_EQ(clientStep(seeds, prompt, reply), AuthVerdict::NotApplicable);
        EXPECT_THAT(reply, IsEmpty());
        EXPECT_EQ(client_reason, "the server's seeds are not two letters, digits, . or / each");
    }
    EXPECT_FALSE(asked);
}

TEST_F(AuthCryptTest, AsAClientNeedsAPasswordAndIgnoresFurtherFields)
{
    std::vector<std::string> reply;
    EXPECT_EQ(clientStep({"AB", "CD", "EF"}, {}, reply), AuthVerdict::Fail);
    EXPECT_EQ(client_reason, "no password was given");
    EXPECT_THAT(reply, IsEmpty());
    EXPECT_EQ(clientStep({"AB", "CD", "EF"}, answering(""), reply), AuthVerdict::Fail);
    EXPECT_EQ(clientStep({"AB", "CD", "EF", "of a later revision"}, answering("password"), reply), AuthVerdict::Ok);
    EXPECT_THAT(reply, ElementsAre("CDcC3uINqJo7Q$", "EFIBfTmJjGhtM$"));
}

TEST_F(AuthCryptTest, AgreesWithItselfExactlyWhenThePasswordsAreTheSame)
{
    services.wanted_roles = NETSANE_ROLE_SERVER | NETSANE_ROLE_CLIENT;
    const std::string longest(511, 'p');
    for (const std::string &stored : {std::string("a"), std::string("p\xe4ss"), std::string("password"), longest})
        for (const std::string &typed : {std::string("a"), std::string("p\xe4ss"), std::string("password"), longest}) {
            write(secret + "alice:" + cryptOf(stored, "xy") + "\n");
            AuthExchange client(host.load(PluginKind::Auth, "crypt"), Role::Client,
                                {.user = "alice", .peer = {}, .prompt = answering(typed)});
            AuthExchange server(host.load(PluginKind::Auth, "crypt"), Role::Server, {.user = "alice", .peer = {}});
            OutFields request;
            OutFields reply;
            ASSERT_EQ(server.step({}, request), AuthVerdict::Continue);
            ASSERT_EQ(client.step(viewOf(request), reply), AuthVerdict::Ok);
            EXPECT_EQ(server.step(viewOf(reply), request), stored == typed ? AuthVerdict::Ok : AuthVerdict::Fail);
        }
}

} // namespace
} // namespace netsane
