#include "auth/AuthExchange.hxx"

#include "plugin/PluginHost.hxx"
#include "tests/auth/AuthFields.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsane {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class AuthExchangeTest : public testing::Test {
protected:
    const Method &load(const std::string &name)
    {
        folder.add("auth_" + name);
        return host.load(PluginKind::Auth, name);
    }

    AuthExchange server(const std::string &name, AuthParameters parameters = {.user = "alice", .peer = {}})
    {
        return AuthExchange(load(name), Role::Server, std::move(parameters));
    }

    ModuleFolder folder;
    TestServices services;
    PluginHost host{folder.path(), services};
    OutFields out;
};

TEST_F(AuthExchangeTest, ProvesALoginInTwoRoundTrips)
{
    const Method &method = load("fixed");
    AuthExchange server(method, Role::Server, {.user = "alice", .peer = {}});
    AuthExchange client(method, Role::Client, {.user = "alice", .peer = {}, .prompt = answering("sesame")});
    OutFields reply;
    ASSERT_EQ(server.step({}, out), AuthVerdict::Continue);
    EXPECT_THAT(textsOf(out), ElementsAre("mirror$"));
    ASSERT_EQ(client.step(viewOf(out), reply), AuthVerdict::Continue);
    EXPECT_THAT(textsOf(reply), ElementsAre("rorrim$"));
    ASSERT_EQ(server.step(viewOf(reply), out), AuthVerdict::Continue);
    EXPECT_THAT(textsOf(out), ElementsAre("password$"));
    ASSERT_EQ(client.step(viewOf(out), reply), AuthVerdict::Ok);
    EXPECT_THAT(textsOf(reply), ElementsAre("sesame$"));
    EXPECT_EQ(server.identity(), "");
    ASSERT_EQ(server.step(viewOf(reply), out), AuthVerdict::Ok);
    EXPECT_THAT(out, IsEmpty());
    EXPECT_EQ(server.identity(), "alice");
    EXPECT_EQ(client.identity(), "");
}

TEST_F(AuthExchangeTest, TellsWhatTheCryptMethodKnowsOfThePeer)
{
    AuthExchange nobody = server("seen");
    EXPECT_EQ(nobody.step({}, out), AuthVerdict::Fail);
    EXPECT_THAT(services.log(), HasSubstr("auth_seen: peer_name= binding=\n"));
    AuthExchange laptop = server(
        "seen",
        {.user = "alice", .peer = {}, .channel_binding = {std::byte{0xab}, std::byte{1}}, .peer_name = "laptop"});
    EXPECT_EQ(laptop.step({}, out), AuthVerdict::Ok);
    EXPECT_EQ(laptop.identity(), "laptop");
    EXPECT_THAT(services.log(), HasSubstr("peer_name=laptop binding=ab01\n"));
    AuthExchange cut = server("seen", {.user = "alice", .peer = {}, .peer_name = std::string("root\0x", 6)});
    EXPECT_EQ(cut.step({}, out), AuthVerdict::Fail);
    EXPECT_EQ(cut.reason(), "the peer's name contains a NUL");
}

TEST_F(AuthExchangeTest, FailsWithTheReasonOfTheMethod)
{
    AuthExchange exchange = server("fixed");
    exchange.step({}, out);
    exchange.step(InFields({"rorrim"}), out);
    EXPECT_EQ(exchange.step(InFields({"guess"}), out), AuthVerdict::Fail);
    EXPECT_EQ(exchange.reason(), "wrong password");
    EXPECT_EQ(exchange.identity(), "");
    EXPECT_THAT(out, IsEmpty());
}

TEST_F(AuthExchangeTest, TakesTheIdentityFromTheMethod)
{
    services.values["auth.fixed.identity"] = "alice@example";
    AuthExchange exchange = server("fixed");
    exchange.step({}, out);
    exchange.step(InFields({"rorrim"}), out);
    EXPECT_EQ(exchange.step(InFields({"sesame"}), out), AuthVerdict::Ok);
    EXPECT_EQ(exchange.identity(), "alice@example");
}

TEST_F(AuthExchangeTest, RefusesAnImpossibleName)
{
    for (const std::string user : {"", "a\nb", "\x7f"}) {
        AuthExchange exchange = server("fixed", {.user = user, .peer = {}});
        exchange.step({}, out);
        exchange.step(InFields({"rorrim"}), out);
        EXPECT_EQ(exchange.step(InFields({"sesame"}), out), AuthVerdict::Internal);
        EXPECT_EQ(exchange.identity(), "");
    }
    AuthExchange nul = server("fixed", {.user = std::string("a\0b", 3), .peer = {}});
    EXPECT_EQ(nul.step({}, out), AuthVerdict::Fail);
    EXPECT_EQ(nul.reason(), "the user name contains a NUL");
}

TEST_F(AuthExchangeTest, RefusesFieldsOutOfTurn)
{
    AuthExchange first = server("fixed");
    EXPECT_EQ(first.step(InFields({"early"}), out), AuthVerdict::Fail);
    AuthExchange pending = server("neveranswers");
    EXPECT_EQ(pending.step({}, out), AuthVerdict::Pending);
    EXPECT_EQ(pending.step(InFields({"early"}), out), AuthVerdict::Fail);
    EXPECT_EQ(pending.reason(), "the peer sent fields out of turn");
}

TEST_F(AuthExchangeTest, LimitsFields)
{
    const std::vector<std::byte> large(AuthExchange::max_bytes);
    const std::vector<std::byte> one(1);
    const std::vector<AuthField> many(AuthExchange::max_fields + 1);
    const std::vector<AuthField> big{large, one};
    AuthExchange first = server("fixed");
    first.step({}, out);
    EXPECT_EQ(first.step(many, out), AuthVerdict::Fail);
    EXPECT_EQ(first.reason(), "the peer sent too many fields");
    AuthExchange second = server("fixed");
    second.step({}, out);
    EXPECT_EQ(second.step(big, out), AuthVerdict::Fail);
    EXPECT_EQ(second.reason(), "the peer sent too many bytes");
}

TEST_F(AuthExchangeTest, TakesNoStepAfterTheEnd)
{
    AuthExchange exchange = server("fixed");
    exchange.step({}, out);
    exchange.step(InFields({"rorrim"}), out);
    ASSERT_EQ(exchange.step(InFields({"sesame"}), out), AuthVerdict::Ok);
    EXPECT_EQ(exchange.step(InFields({"sesame"}), out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.identity(), "");
    AuthExchange failed = server("fixed");
    failed.step({}, out);
    ASSERT_EQ(failed.step(InFields({"x"}), out), AuthVerdict::Fail);
    EXPECT_EQ(failed.step(InFields({"rorrim"}), out), AuthVerdict::Internal);
}

TEST_F(AuthExchangeTest, RefusesAStepThatThrows)
{
    AuthExchange exchange = server("stepthrows");
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "step threw an exception");
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
}

TEST_F(AuthExchangeTest, EndsAMethodThatNeverAnswersAtItsDeadline)
{
    AuthExchange exchange = server("neveranswers", {.user = "alice", .peer = {}, .deadline = 2000ms});
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Pending);
    EXPECT_EQ(exchange.waitTime(), 10ms);
    services.now = 1999ms;
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Pending);
    services.now = 2000ms;
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Fail);
    EXPECT_EQ(exchange.reason(), "the deadline has passed");
    services.now = 1000ms;
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
}

TEST_F(AuthExchangeTest, RefusesAnOkAfterCancel)
{
    AuthExchange exchange = server("aftercancel");
    exchange.cancel();
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "the exchange was cancelled");
    EXPECT_EQ(exchange.identity(), "");
    EXPECT_EQ(services.log(), "") << "the plugin must not be called any more";
    AuthExchange control = server("aftercancel");
    EXPECT_EQ(control.step({}, out), AuthVerdict::Ok);
    control.cancel();
    EXPECT_EQ(control.identity(), "");
}

TEST_F(AuthExchangeTest, RefusesAnOkAfterCancelFromWithinAPrompt)
{
    AuthExchange *self = nullptr;
    const auto cancelling = [&self](PromptStyle, std::string_view, std::span<char> answer) {
        self->cancel();
        answer[0] = '\0';
        return true;
    };
    AuthExchange exchange(load("aftercancel"), Role::Client, {.user = "alice", .peer = {}, .prompt = cancelling});
    self = &exchange;
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "the exchange was cancelled");
}

TEST_F(AuthExchangeTest, RefusesAStepWithinAStep)
{
    AuthExchange *self = nullptr;
    AuthVerdict inner = AuthVerdict::Ok;
    const auto stepping = [&](PromptStyle, std::string_view, std::span<char> answer) {
        OutFields fields;
        inner = self->step({}, fields);
        answer[0] = '\0';
        return true;
    };
    AuthExchange exchange(load("aftercancel"), Role::Client, {.user = "alice", .peer = {}, .prompt = stepping});
    self = &exchange;
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Ok);
    EXPECT_EQ(inner, AuthVerdict::Internal);
}

TEST_F(AuthExchangeTest, RefusesAnUnknownVerdict)
{
    AuthExchange exchange = server("oddverdict");
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "the method gave an unknown verdict: 77");
}

TEST_F(AuthExchangeTest, RefusesImpossibleFields)
{
    AuthExchange exchange = server("oddfields");
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "the method gave impossible fields");
    EXPECT_THAT(out, IsEmpty());
}

TEST_F(AuthExchangeTest, RefusesFieldsAlongWithAnOkOfTheServer)
{
    AuthExchange exchange = server("okwithfields");
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.identity(), "");
    AuthExchange client(host.load(PluginKind::Auth, "okwithfields"), Role::Client, {});
    EXPECT_EQ(client.step({}, out), AuthVerdict::Ok);
    EXPECT_THAT(textsOf(out), ElementsAre("x$"));
}

TEST_F(AuthExchangeTest, RefusesARoleThatTheMethodLacks)
{
    AuthExchange exchange(load("frozen"), Role::Client, {});
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal);
    EXPECT_EQ(exchange.reason(), "the method doesn't support this role");
}

TEST_F(AuthExchangeTest, FailsWhenThePersonGivesNoAnswer)
{
    const Method &method = load("fixed");
    const auto refusing = [](PromptStyle, std::string_view, std::span<char>) { return false; };
    const auto unterminated = [](PromptStyle, std::string_view, std::span<char> answer) {
        std::ranges::fill(answer, 'x');
        return true;
    };
    const auto throwing = [](PromptStyle, std::string_view, std::span<char>) -> bool { throw 1; };
    for (const PromptCallback &prompt : {PromptCallback(refusing), PromptCallback(unterminated),
                                         PromptCallback(throwing), PromptCallback(), answering(std::string(64, 'x'))}) {
        AuthExchange client(method, Role::Client, {.user = "alice", .peer = {}, .prompt = prompt});
        client.step(InFields({"mirror"}), out);
        EXPECT_EQ(client.step(InFields({"password"}), out), AuthVerdict::Fail);
        EXPECT_EQ(client.reason(), "no answer");
    }
}

TEST_F(AuthExchangeTest, TellsThePersonWhatThePeerAskedWithoutControlCharacters)
{
    std::string seen;
    const auto looking = [&seen](PromptStyle style, std::string_view text, std::span<char> answer) {
        EXPECT_EQ(style, PromptStyle::Hidden);
        seen = text;
        answer[0] = '\0';
        return true;
    };
    AuthExchange client(load("fixed"), Role::Client, {.user = "alice", .peer = {}, .prompt = looking});
    client.step(InFields({"mirror"}), out);
    EXPECT_EQ(client.step(InFields({"clear\033[2J"}), out), AuthVerdict::Ok);
    EXPECT_EQ(seen, "clear?[2J");
}

TEST_F(AuthExchangeTest, WorksWithAPluginBuiltAgainstTheKeptHeader)
{
    AuthExchange right = server("frozen");
    EXPECT_EQ(right.step({}, out), AuthVerdict::Continue);
    EXPECT_THAT(out, IsEmpty());
    EXPECT_EQ(right.step(InFields({"frozen"}), out), AuthVerdict::Ok);
    EXPECT_EQ(right.identity(), "alice");
    AuthExchange wrong = server("frozen");
    wrong.step({}, out);
    EXPECT_EQ(wrong.step(InFields({"thawed"}), out), AuthVerdict::Fail);
    EXPECT_EQ(wrong.reason(), "the method gave no reason");
}

TEST_F(AuthExchangeTest, IsNothingWhenMovedFrom)
{
    AuthExchange exchange = server("fixed");
    AuthExchange other(std::move(exchange));
    EXPECT_EQ(other.step({}, out), AuthVerdict::Continue);
    EXPECT_EQ(exchange.step({}, out), AuthVerdict::Internal); // NOLINT(bugprone-use-after-move)
    exchange.cancel();
    EXPECT_EQ(exchange.reason(), "there is no exchange");
}

} // namespace
} // namespace netsane
