// The server's side of the conversation: calls of PAM's conversation function as PASS_REQ and PASS_RPLY.

#include "tests/plugins/PamLogin.hxx"

#include <filesystem>

namespace netsane {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using AuthPamConversation = PamLogin;

size_t countThreads()
{
    size_t count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/task"))
        count += entry.path().empty() ? 0 : 1;
    return count;
}

TEST_F(AuthPamConversation, AsksSeveralQuestionsInOneRequest)
{
    script("[info:Welcome to the scanner.] [hidden:Password: ] [echo:Code from your token: ] "
           "[error:The code changes soon.] [hidden:PIN: ] say [expect:secret|123 456||]");
    const Outcome outcome = run(exchange(), {{"secret", "123 456", ""}});
    EXPECT_EQ(outcome.verdict, AuthVerdict::Ok) << outcome.reason;
    EXPECT_THAT(outcome.messages, ElementsAre("3 Welcome to the scanner.", "1 Password: ", "2 Code from your token: ",
                                              "4 The code changes soon.", "1 PIN: ", "--"));
    EXPECT_EQ(run(exchange(), {{"123 456", "secret", ""}}).verdict, AuthVerdict::Fail) << "the order matters";
}

TEST_F(AuthPamConversation, AsksAgainAndAgain)
{
    script("hidden:one say expect:1| hidden:two say expect:2| info:three say error:four say");
    const Outcome outcome = run(exchange(), {{"1"}, {"2"}});
    EXPECT_EQ(outcome.verdict, AuthVerdict::Ok) << outcome.reason;
    EXPECT_THAT(outcome.messages, ElementsAre("1 one", "--", "1 two", "--", "3 three", "--", "4 four", "--"));
}

TEST_F(AuthPamConversation, TellsPamWhoItIsAndFromWhere)
{
    script("report");
    EXPECT_THAT(run(exchange()).messages,
                ElementsAre("3 service netsane, user alice, rhost 192.0.2.7, tty netsane, ruser (none)", "--"));
    EXPECT_THAT(run(exchangeWith({.user = "bob", .peer = "fe80::1%eth0"})).messages,
                ElementsAre(HasSubstr("user bob, rhost fe80::1%eth0,"), "--"));
    for (const char *const local : {"", "unix", "unix uid 1000", "none"})
        EXPECT_THAT(run(exchangeWith({.user = "bob", .peer = local})).messages,
                    ElementsAre(HasSubstr("rhost (none), tty netsane"), "--"))
            << local;
}

TEST_F(AuthPamConversation, EndsWithTheNameThatPamGives)
{
    script("user:robert");
    EXPECT_EQ(run(exchange("bob")).identity, "robert");
    script("user:");
    const Outcome outcome = run(exchange("bob"));
    EXPECT_EQ(outcome.verdict, AuthVerdict::Internal);
    EXPECT_EQ(outcome.reason, "PAM's user name can't be used");
    EXPECT_EQ(outcome.identity, "");
}

TEST_F(AuthPamConversation, ShowsPamNoImpossibleNames)
{
    script("report");
    for (const std::string &name :
         {std::string(), std::string("al\nice"), std::string("al\x7fice"), std::string("\x01"), std::string(256, 'a'),
          std::string("-alice"), std::string("."), std::string(".."), std::string("../alice"),
          std::string("/etc/passwd"), std::string("a/b")}) {
        const Outcome outcome = run(exchange(name));
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
        EXPECT_EQ(outcome.reason, "the user name is none that PAM can have");
        EXPECT_THAT(outcome.messages, IsEmpty());
    }
    EXPECT_EQ(run(exchange(std::string(255, 'a'))).verdict, AuthVerdict::Ok);
    EXPECT_EQ(run(exchange("EXAMPLE\\al.ice-")).verdict, AuthVerdict::Ok);
    EXPECT_EQ(run(exchange("j\xc3\xb6rg")).identity, "j\xc3\xb6rg");
}

TEST_F(AuthPamConversation, SendsThirtyTwoMessagesAndNotOneMore)
{
    script("hidden:q times:32 say");
    const std::vector<std::string> answers(32, "a");
    const Outcome most = run(exchange(), {answers});
    EXPECT_EQ(most.verdict, AuthVerdict::Ok) << most.reason;
    EXPECT_THAT(most.messages, SizeIs(33));
    for (const char *const arguments : {"hidden:q times:33 say", "say"}) {
        script(arguments);
        const Outcome outcome = run(exchange());
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
        EXPECT_THAT(outcome.messages, IsEmpty());
        EXPECT_THAT(outcome.reason, HasSubstr("messages at once, where 1 to 32 can be sent"));
    }
}

TEST_F(AuthPamConversation, RefusesStylesThatTheWireDoesNotHave)
{
    for (const std::string style : {"5", "7", "99", "-1"}) { // radio, binary, and none at all
        script("hidden:q style:" + style + " say");
        const Outcome outcome = run(exchange());
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail) << style;
        EXPECT_EQ(outcome.reason, "authentication: the conversation failed (a PAM module has a message of style " +
                                      style + ", which can't be sent)");
        EXPECT_THAT(outcome.messages, IsEmpty());
    }
}

TEST_F(AuthPamConversation, GoesOnWhereAModuleDoesWithoutTheConversation)
{
    script("style:7 try hidden:q say expect:a|");
    const Outcome outcome = run(exchange(), {{"a"}});
    EXPECT_EQ(outcome.verdict, AuthVerdict::Ok);
    EXPECT_THAT(services.log(), HasSubstr("2 auth_pam: a PAM module has a message of style 7"));
}

TEST_F(AuthPamConversation, NeedsAPlaceForAnswersOnlyWhereThereAreQuestions)
{
    script("info:hello mute");
    const Outcome told = run(exchange());
    EXPECT_EQ(told.verdict, AuthVerdict::Ok) << told.reason;
    EXPECT_THAT(told.messages, ElementsAre("3 hello", "--"));
    script("hidden:q mute");
    const Outcome asked = run(exchange(), {{"a"}});
    EXPECT_EQ(asked.verdict, AuthVerdict::Fail);
    EXPECT_THAT(asked.reason, HasSubstr("a PAM module asks and doesn't want to know the answer"));
}

TEST_F(AuthPamConversation, CutsALongTextBetweenCharacters)
{
    script("info: long:511 say");
    EXPECT_THAT(run(exchange()).messages, ElementsAre("3 " + std::string(511, 'x'), "--"));
    script("info: long:512 say");
    EXPECT_THAT(run(exchange()).messages, ElementsAre("3 " + std::string(511, 'x'), "--"));
    // 1 + 3 * 170 is 511: the next character fits no more; with one x less it would be cut at its second byte
    std::string euros;
    for (int i = 0; i < 200; ++i)
        euros += "\xe2\x82\xac";
    script("info:x" + euros + " say");
    EXPECT_THAT(run(exchange()).messages, ElementsAre("3 x" + euros.substr(0, 510), "--"));
    script("info:xx" + euros + " say");
    EXPECT_THAT(run(exchange()).messages, ElementsAre("3 xx" + euros.substr(0, 507), "--"));
    script("info:" + std::string(600, '\xa4') + " say"); // not UTF-8
    EXPECT_THAT(run(exchange()).messages, ElementsAre("3 " + std::string(511, '\xa4'), "--"));
}

TEST_F(AuthPamConversation, TakesAnswersOf511Bytes)
{
    const std::string longest(511, 'a');
    script("hidden:q say expect:" + longest + "|");
    EXPECT_EQ(run(exchange(), {{longest}}).verdict, AuthVerdict::Ok);
    const Outcome outcome = run(exchange(), {{longest + "a"}});
    EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
    EXPECT_EQ(outcome.reason, "an answer is too long or not a string");
}

TEST_F(AuthPamConversation, RefusesMalformedReplies)
{
    script("hidden:q info:i echo:r say");
    for (const std::vector<std::string> &answers : {std::vector<std::string>{}, {"a"}, {"a", "b", "c"}}) {
        const Outcome outcome = run(exchange(), {answers});
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
        EXPECT_EQ(outcome.reason, "the reply doesn't have one answer for each question");
    }
    const Outcome inner = run(exchange(), {{"a", std::string("b\0c", 3)}});
    EXPECT_EQ(inner.verdict, AuthVerdict::Fail);
    EXPECT_EQ(inner.reason, "an answer is too long or not a string");

    const std::string text = "ab";
    for (const size_t size : {size_t{0}, size_t{2}}) {
        AuthExchange login = exchange();
        OutFields out;
        ASSERT_EQ(login.step({}, out), AuthVerdict::Continue);
        const AuthField whole = std::as_bytes(std::span(text.c_str(), text.size() + 1));
        const std::vector<AuthField> fields{whole, whole.first(size)};
        EXPECT_EQ(login.step(fields, out), AuthVerdict::Fail) << size;
        EXPECT_EQ(login.reason(), "an answer is too long or not a string");
    }
}

TEST_F(AuthPamConversation, RunsTwoLoginsSideBySide)
{
    script("hidden:q say expect:right|");
    AuthExchange first = exchange("alice");
    AuthExchange second = exchange("bob");
    OutFields out;
    ASSERT_EQ(first.step({}, out), AuthVerdict::Continue);
    ASSERT_EQ(second.step({}, out), AuthVerdict::Continue);
    EXPECT_EQ(second.step(InFields({"right"}), out), AuthVerdict::Ok);
    EXPECT_EQ(first.step(InFields({"wrong"}), out), AuthVerdict::Fail);
    EXPECT_EQ(second.identity(), "bob");
}

TEST_F(AuthPamConversation, LeavesNoThreadBehind)
{
    const size_t before = countThreads();
    script("hidden:q say expect:right| hidden:r say");
    {
        OutFields out;
        AuthExchange waiting = exchange();
        ASSERT_EQ(waiting.step({}, out), AuthVerdict::Continue);
        AuthExchange cancelled = exchange();
        ASSERT_EQ(cancelled.step({}, out), AuthVerdict::Continue);
        cancelled.cancel();
        EXPECT_EQ(cancelled.step(InFields({"right"}), out), AuthVerdict::Internal);
        AuthExchange malformed = exchange();
        ASSERT_EQ(malformed.step({}, out), AuthVerdict::Continue);
        EXPECT_EQ(malformed.step({}, out), AuthVerdict::Fail);
        const AuthExchange never_stepped = exchange();
        EXPECT_GT(countThreads(), before);
    }
    EXPECT_EQ(run(exchange(), {{"right"}, {""}}).verdict, AuthVerdict::Ok);
    EXPECT_EQ(run(exchange(), {{"wrong"}}).verdict, AuthVerdict::Fail);
    EXPECT_EQ(countThreads(), before);
}

TEST_F(AuthPamConversation, WaitsNoLongerThanItsDeadline)
{
    script("hidden:q say sleep:60000");
    const auto begin = std::chrono::steady_clock::now();
    {
        AuthExchange login = exchangeWith({.user = "alice", .peer = {}, .deadline = services.now + milliseconds(300)});
        OutFields out;
        ASSERT_EQ(login.step({}, out), AuthVerdict::Continue);
        EXPECT_EQ(login.step(InFields({"a"}), out), AuthVerdict::Fail);
        EXPECT_EQ(login.reason(), "PAM hadn't decided when the time for the login was over");
        EXPECT_EQ(login.identity(), "");
    }
    // the module still sleeps: it is left to itself
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

} // namespace
} // namespace netsane
