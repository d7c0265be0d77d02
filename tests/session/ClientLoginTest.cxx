// The client's side of a login, message by message: methods that ask, that decline, and that take turns.

#include "TestMethods.hxx"

#include "plugin/ExchangeHost.hxx"
#include "session/ClientLogin.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>
#include <netsane/plugin.h>
#include <span>

namespace netsane::test {

namespace {

using Strings = std::vector<std::string>;

struct Question {
    uint32_t style;
    const char *text;
};

// What the method asks in each step, and what it answers in the end.
struct Script {
    std::vector<Question> questions;
    uint32_t verdict = NETSANE_VERDICT_OK;
    uint32_t refusal = NETSANE_VERDICT_NOT_APPLICABLE; // when a question isn't answered
    std::size_t answer_bytes = 512;
};

Script script;

// Asks the script's questions by the host's table, and sends the answers.
struct AskingExchange {
    void *host_exchange;
    Strings answers;
    std::vector<netsane_field> fields;
};

uint32_t startAsking(void *, const netsane_auth_params_v1 *params, void **exchange)
{
    *exchange = std::make_unique<AskingExchange>(AskingExchange{params->exchange, {}, {}}).release();
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t stepAsking(void *exchange, netsane_auth_step_v1 *step)
{
    auto *const self = static_cast<AskingExchange *>(exchange);
    auto &host = *static_cast<ExchangeHost *>(self->host_exchange);
    self->answers.clear();
    self->fields.clear();
    for (const auto &question : script.questions) {
        std::vector<char> answer(script.answer_bytes);
        const bool asks = question.style == NETSANE_PROMPT_HIDDEN || question.style == NETSANE_PROMPT_ECHO;
        if (!host.prompt(question.style, question.text, asks ? std::span(answer) : std::span<char>()))
            return script.refusal;
        if (asks)
            self->answers.emplace_back(answer.data());
    }
    for (const auto &answer : self->answers)
        self->fields.push_back({answer.c_str(), answer.size() + 1});
    step->out = self->fields.data();
    step->out_count = static_cast<uint32_t>(self->fields.size());
    return script.verdict;
}

void freeAsking(void *exchange)
{
    const std::unique_ptr<AskingExchange> owner(static_cast<AskingExchange *>(exchange));
}

MethodDescription askingDescription(uint32_t id, uint32_t flags = 0)
{
    auto description = authDescription(id, flags);
    description.auth_client = {sizeof(netsane_auth_ops_v1), 0, startAsking, stepAsking, nullptr, freeAsking};
    return description;
}

const TestMethod pam_method(askingDescription(3));
const TestMethod mutual_method(askingDescription(60, NETSANE_FLAG_MUTUAL));
const TestMethod binding_method(askingDescription(61, NETSANE_FLAG_CHANNEL_BINDING));
const TestMethod unix_method(authDescription(1, 0));
const TestMethod crypt_method(authDescription(2, 0));

class ClientLoginTest : public ::testing::Test {
protected:
    ClientLoginTest()
    {
        script = {};
        policy.local = true;
        policy.note = [this](const std::string &text) { notes.push_back(text); };
        source.auth = {&crypt_method, &pam_method, &unix_method};
        login.setCredentials({"alice", Secret("secret"), "a test"});
    }

    void receive(Command command, std::uint32_t method = 0)
    {
        ByteBuffer message;
        if (command == Command::user)
            encodeUserRequest(message);
        else
            encodePass(message, command, {method, {}});
        FrameDecoder decoder(limits_after_login);
        decoder.push(message.data());
        if (command == Command::user)
            login.onUser(out);
        else
            login.onPassRequest(*decoder.next(), out, link);
    }

    // What was sent since the last call: "4 3 secret", "5 3 1 2".
    Strings sent()
    {
        FrameDecoder decoder(limits_after_login);
        decoder.push(out.data());
        out.clear();
        Strings result;
        while (const auto message = decoder.next())
            result.push_back(textOf(*message));
        return result;
    }

    static std::string textOf(MessageView message)
    {
        auto text = std::to_string(message.command);
        const auto command = static_cast<Command>(message.command);
        if (command == Command::pass_reply) {
            const auto pass = decodePass(message);
            text += " " + std::to_string(pass.method);
            for (const auto &field : pass.fields)
                text += std::string(" ") + reinterpret_cast<const char *>(field.data());
        } else if (command == Command::fail) {
            const auto fail = decodeClientFail(message);
            text += " " + std::to_string(fail.command);
            for (const auto method : fail.methods)
                text += " " + std::to_string(method);
        }
        return text;
    }

    void ask(std::vector<Question> questions)
    {
        script.questions = std::move(questions);
        receive(Command::user);
        receive(Command::pass_request, 3);
    }

    bool reasonHas(const char *text) const { return login.reason().find(text) != std::string::npos; }

    ClientPolicy policy;
    TestSource source;
    ClientLogin login{policy, source};
    ByteBuffer out;
    LinkSecurity link;
    Strings notes;
};

} // namespace

TEST_F(ClientLoginTest, OneHiddenQuestionIsThePassword)
{
    ask({{NETSANE_PROMPT_INFO, "welcome"}, {NETSANE_PROMPT_HIDDEN, "Password: "}, {NETSANE_PROMPT_INFO, "bye"}});
    EXPECT_EQ((Strings{"2", "4 3 secret"}), sent());
    EXPECT_EQ((Strings{"welcome", "bye"}), notes);
}

TEST_F(ClientLoginTest, MoreQuestionsAreDeclinedWithTheOtherMethods)
{
    for (const auto &questions :
         {std::vector<Question>{{NETSANE_PROMPT_HIDDEN, "Password: "}, {NETSANE_PROMPT_HIDDEN, "Code: "}},
          std::vector<Question>{{NETSANE_PROMPT_ECHO, "login: "}},
          std::vector<Question>{{NETSANE_PROMPT_ECHO, "Username: "}, {NETSANE_PROMPT_HIDDEN, "Password: "}}}) {
        login.reset();
        ask(questions);
        EXPECT_EQ((Strings{"2", "5 3 2 1"}), sent());
        EXPECT_TRUE(reasonHas("more than a password")) << login.reason();
    }
}

TEST_F(ClientLoginTest, ASecondRequestForThePasswordIsDeclined)
{
    script.verdict = NETSANE_VERDICT_CONTINUE;
    ask({{NETSANE_PROMPT_HIDDEN, "Password: "}});
    receive(Command::pass_request, 3);
    EXPECT_EQ((Strings{"2", "4 3 secret", "5 3 2 1"}), sent());
    EXPECT_TRUE(reasonHas("more than a password"));
}

TEST_F(ClientLoginTest, APasswordThatIsTooLongIsNotCut)
{
    script.answer_bytes = 6;
    ask({{NETSANE_PROMPT_HIDDEN, "Password: "}});
    EXPECT_EQ((Strings{"2", "5 3 2 1"}), sent());
    EXPECT_TRUE(reasonHas("too long")) << login.reason();
}

TEST_F(ClientLoginTest, WithoutOtherMethodsTheLoginIsRefused)
{
    source.auth = {&pam_method};
    ask({{NETSANE_PROMPT_ECHO, "login: "}});
    EXPECT_EQ((Strings{"2", "5 2"}), sent());
    EXPECT_EQ(LoginState::refused, login.state());
}

TEST_F(ClientLoginTest, AMethodThatFailsRefusesTheLogin)
{
    script.refusal = NETSANE_VERDICT_FAIL;
    ask({{NETSANE_PROMPT_ECHO, "login: "}});
    EXPECT_EQ((Strings{"2", "5 2"}), sent());
    EXPECT_TRUE(reasonHas("more than a password"));
}

// protocol.md §6.5: behind FAIL PASS_REQ the server asks another method in the same login.
TEST_F(ClientLoginTest, AServerThatHasNotProvedItselfIsNotBelieved)
{
    source.auth = {&mutual_method};
    for (const bool proved : {false, true}) {
        ClientLogin one(policy, source);
        one.setCredentials({"alice", Secret("secret"), "a test"});
        ByteBuffer welcome;
        encodeWelcome(welcome, "alice");
        ByteBuffer request;
        encodePass(request, Command::pass_request, {60, {}});
        ByteBuffer sent;
        one.onUser(sent);
        script.verdict = NETSANE_VERDICT_CONTINUE;
        one.onPassRequest(viewMessage(request.data(), limits_after_login), sent, {});
        script.verdict = NETSANE_VERDICT_OK;
        if (proved)
            one.onPassRequest(viewMessage(request.data(), limits_after_login), sent, {});
        const auto hear = [&] { one.onWelcome(viewMessage(welcome.data(), limits_after_login)); };
        if (proved) {
            EXPECT_NO_THROW(one.onReply());
            hear();
            EXPECT_EQ(one.state(), LoginState::succeeded);
        } else {
            EXPECT_THROW(hear(), ProtocolError);
            EXPECT_EQ(one.state(), LoginState::refused);
        }
    }
}

TEST_F(ClientLoginTest, AReplyIsNoProofEither)
{
    source.auth = {&mutual_method};
    receive(Command::user);
    script.verdict = NETSANE_VERDICT_CONTINUE;
    receive(Command::pass_request, 60);
    EXPECT_THROW(login.onReply(), ProtocolError);
    EXPECT_EQ(login.state(), LoginState::refused);
}

TEST_F(ClientLoginTest, AMethodThatNeedsAChannelBindingIsDeclined)
{
    source.auth = {&binding_method, &unix_method};
    receive(Command::user);
    receive(Command::pass_request, 61);
    EXPECT_EQ((Strings{"2", "5 3 1"}), sent());
    login.reset();
    link.channel_binding = {std::byte{1}};
    receive(Command::user);
    receive(Command::pass_request, 61);
    EXPECT_EQ((Strings{"2", "4 61"}), sent());
}

TEST_F(ClientLoginTest, AnotherMethodMayFollowADeclinedOne)
{
    source.auth = {&unix_method};
    receive(Command::user);
    receive(Command::pass_request, 2);
    receive(Command::pass_request, 0x8000);
    receive(Command::pass_request, 1);
    EXPECT_EQ((Strings{"2", "5 3 1", "5 3 1", "4 1 clear"}), sent());
    EXPECT_EQ("", login.reason()); // what was wrong with the others doesn't count any more
    receive(Command::user);
    EXPECT_TRUE(reasonHas("the server refused the login of alice (from a test)")) << login.reason();
}

TEST_F(ClientLoginTest, AnotherMethodMayComeWithoutAnExchange)
{
    // The server's first method wasn't applicable to the user: the client sees the next one only.
    for (const std::uint32_t method : {1U, 2U}) {
        login.reset();
        receive(Command::user);
        receive(Command::pass_request, method);
        EXPECT_EQ((Strings{"2", "4 " + std::to_string(method) + " clear"}), sent());
    }
}

TEST_F(ClientLoginTest, AnotherMethodInTheMiddleOfAnExchangeIsAnError)
{
    receive(Command::user);
    receive(Command::pass_request, 2);
    EXPECT_THROW(receive(Command::pass_request, 1), ProtocolError);
}

TEST_F(ClientLoginTest, TheListHasTheUsersOrderWithoutWhatFailed)
{
    source.auth = {&unix_method, &pam_method, &crypt_method};
    script.refusal = NETSANE_VERDICT_NOT_APPLICABLE;
    ask({{NETSANE_PROMPT_ECHO, "?"}});
    EXPECT_EQ((Strings{"2", "5 3 1 2"}), sent());
    receive(Command::pass_request, 3); // once more, whatever the client said
    EXPECT_EQ((Strings{"5 3 1 2"}), sent());
}

TEST_F(ClientLoginTest, ErrorsOfTheServerBecomeTheReason)
{
    ask({{NETSANE_PROMPT_HIDDEN, "Password: "}, {NETSANE_PROMPT_ERROR, "Your password\x1b[2J has expired\nCall us\n"}});
    receive(Command::user);
    EXPECT_TRUE(reasonHas(": Your password?[2J has expired")) << login.reason();
    EXPECT_EQ((Strings{"Your password?[2J has expired", "Call us"}), notes);
    EXPECT_FALSE(reasonHas("secret"));
}

TEST_F(ClientLoginTest, ThePromptIsAskedWhatThePasswordIsNoAnswerTo)
{
    Strings asked;
    policy.prompt = [&asked](PromptStyle style, std::string_view text, std::span<char> answer) {
        asked.push_back(std::to_string(static_cast<uint32_t>(style)) + " " + std::string(text));
        std::snprintf(answer.data(), answer.size(), "answer %zu", asked.size());
        return true;
    };
    ask({{NETSANE_PROMPT_ECHO, "Floor: "},
         {NETSANE_PROMPT_HIDDEN, "Password: "},
         {NETSANE_PROMPT_INFO, "two\x9b\nlines"},
         {NETSANE_PROMPT_HIDDEN, "Code: "}});
    EXPECT_EQ((Strings{"2 Floor: ", "3 two?\nlines", "1 Code: "}), asked);
    EXPECT_EQ((Strings{"2", "4 3 answer 1 secret answer 3"}), sent());
}

TEST_F(ClientLoginTest, ThePromptIsAskedForAPasswordThatNobodyHas)
{
    policy.prompt = [](PromptStyle, std::string_view, std::span<char> answer) {
        std::snprintf(answer.data(), answer.size(), "typed");
        return true;
    };
    login.setCredentials({"alice", std::nullopt, "a test"});
    ask({{NETSANE_PROMPT_HIDDEN, "Password: "}});
    EXPECT_EQ((Strings{"2", "4 3 typed"}), sent());
}

TEST_F(ClientLoginTest, APersonWhoDeclinesDeclinesTheMethod)
{
    policy.prompt = [](PromptStyle, std::string_view, std::span<char>) { return false; };
    ask({{NETSANE_PROMPT_ECHO, "Floor: "}});
    EXPECT_EQ((Strings{"2", "5 3 2 1"}), sent());
    EXPECT_TRUE(reasonHas("no answer")) << login.reason();
}

TEST_F(ClientLoginTest, WithoutAPasswordNothingIsMadeUp)
{
    login.setCredentials({"alice", std::nullopt, "a test"});
    ask({{NETSANE_PROMPT_HIDDEN, "Password: "}});
    EXPECT_EQ((Strings{"2", "5 3 2 1"}), sent());
    EXPECT_TRUE(reasonHas("no password")) << login.reason();
}

} // namespace netsane::test
