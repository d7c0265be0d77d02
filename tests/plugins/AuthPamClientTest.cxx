// The client's side: the person is asked, and the server's PASS_REQ is distrusted.

#include "tests/plugins/PamLogin.hxx"

namespace netsane {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AuthPamClient : public PamLogin {
protected:
    AuthPamClient() { services.wanted_roles = NETSANE_ROLE_CLIENT; }

    /// "N TEXT" for each message; the answers are taken from `answers`.
    AuthExchange client()
    {
        const auto prompt = [this](PromptStyle style, std::string_view text, std::span<char> answer) {
            asked.push_back(std::to_string(static_cast<unsigned>(style)) + " " + std::string(text));
            if (answer.empty())
                return shows;
            if (answers.empty())
                return false;
            const std::string next = answers.front();
            answers.erase(answers.begin());
            return answering(next)(style, text, answer);
        };
        return {method(), Role::Client, {.user = "alice", .peer = {}, .prompt = prompt}};
    }

    static void addMessage(OutFields &fields, uint32_t style, const std::string &text)
    {
        std::vector<std::byte> number;
        for (int shift = 24; shift >= 0; shift -= 8)
            number.push_back(static_cast<std::byte>((style >> static_cast<unsigned>(shift)) & 0xffU));
        fields.push_back(number);
        const auto bytes = std::as_bytes(std::span(text.c_str(), text.size() + 1));
        fields.emplace_back(bytes.begin(), bytes.end());
    }

    void expectDeclined(const OutFields &request)
    {
        AuthExchange login = client();
        OutFields out;
        EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::NotApplicable);
        EXPECT_THAT(out, IsEmpty());
        EXPECT_THAT(asked, IsEmpty()) << "nothing of a bad request is shown";
        EXPECT_EQ(login.reason(), "the server's PASS_REQ has something else than texts of styles 1 to 4");
    }

    std::vector<std::string> asked;
    std::vector<std::string> answers;
    bool shows = true;
};

TEST_F(AuthPamClient, ShowsAndAsksInOrder)
{
    OutFields request;
    addMessage(request, 3, "Welcome.\nBe brief.");
    addMessage(request, 1, "Password: ");
    addMessage(request, 4, "Mind the gap.");
    addMessage(request, 2, "Code: ");
    answers = {"secret", ""};
    AuthExchange login = client();
    OutFields out;
    EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::Continue);
    EXPECT_THAT(asked, ElementsAre("3 Welcome.\nBe brief.", "1 Password: ", "4 Mind the gap.", "2 Code: "));
    EXPECT_THAT(textsOf(out), ElementsAre("secret$", "$"));

    asked.clear();
    request.clear();
    addMessage(request, 4, "The password has expired.");
    EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::Continue);
    EXPECT_THAT(asked, ElementsAre("4 The password has expired."));
    EXPECT_THAT(out, IsEmpty());
    EXPECT_EQ(login.step({}, out), AuthVerdict::Continue) << "a request without anything";
    EXPECT_THAT(out, IsEmpty());
}

TEST_F(AuthPamClient, AnswersThirtyTwoQuestionsOf511Bytes)
{
    OutFields request;
    for (int i = 0; i < 32; ++i)
        addMessage(request, 1, std::string(511, 'q'));
    answers.assign(32, std::string(511, 'a'));
    AuthExchange login = client();
    OutFields out;
    EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::Continue);
    EXPECT_EQ(textsOf(out), std::vector<std::string>(32, std::string(511, 'a') + "$"));
    addMessage(request, 3, "one more");
    asked.clear();
    expectDeclined(request);
}

TEST_F(AuthPamClient, DeclinesWhatNobodyAnswers)
{
    OutFields request;
    addMessage(request, 1, "Password: ");
    addMessage(request, 2, "Code: ");
    answers = {"secret"};
    AuthExchange login = client();
    OutFields out;
    EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::NotApplicable);
    EXPECT_EQ(login.reason(), "a question was not answered");
    EXPECT_THAT(out, IsEmpty()) << "not even the first answer is sent";
}

TEST_F(AuthPamClient, GoesOnWhereATextCannotBeShown)
{
    OutFields request;
    addMessage(request, 3, "Welcome.");
    shows = false;
    AuthExchange login = client();
    OutFields out;
    EXPECT_EQ(login.step(viewOf(request), out), AuthVerdict::Continue);
}

TEST_F(AuthPamClient, DeclinesStylesThatItDoesNotKnow)
{
    for (const uint32_t style : {0U, 5U, 7U, 0x100U, 0x01000001U, 0x80000001U}) {
        OutFields request;
        addMessage(request, 1, "Password: ");
        addMessage(request, style, "Password: ");
        expectDeclined(request);
    }
}

TEST_F(AuthPamClient, DeclinesMalformedRequests)
{
    OutFields good;
    addMessage(good, 1, "Password: ");
    for (size_t change = 0; change < 7; ++change) {
        OutFields request = good;
        switch (change) {
        case 0: // no text
            request.pop_back();
            break;
        case 1: // a short style
            request[0].pop_back();
            break;
        case 2:
            request[0].push_back(std::byte{1});
            break;
        case 3: // no NUL
            request[1].pop_back();
            break;
        case 4: // two NULs
            request[1].push_back(std::byte{0});
            break;
        case 5: // an empty field
            request[1].clear();
            break;
        default: // too long
            request[1].assign(513, std::byte{'x'});
            request[1].back() = std::byte{0};
        }
        expectDeclined(request);
    }
}

TEST_F(AuthPamClient, SpeaksWithTheServer)
{
    TestServices server_services;
    server_services.test_only = false;
    server_services.values["auth.pam.confdir"] = folder.file("pam.d");
    server_services.wanted_roles = NETSANE_ROLE_SERVER;
    script("hidden:one echo:two say expect:1|2| info:three say");
    PluginHost server_host(folder.path(), server_services);
    AuthExchange server(server_host.load(PluginKind::Auth, "pam"), Role::Server, {.user = "alice", .peer = {}});
    answers = {"1", "2"};
    AuthExchange person = client();
    OutFields to_client;
    OutFields to_server;
    AuthVerdict verdict = server.step({}, to_client);
    while (verdict == AuthVerdict::Continue) {
        ASSERT_EQ(person.step(viewOf(to_client), to_server), AuthVerdict::Continue);
        verdict = server.step(viewOf(to_server), to_client);
    }
    EXPECT_EQ(verdict, AuthVerdict::Ok);
    EXPECT_THAT(asked, ElementsAre("1 one", "2 two", "3 three"));
}

} // namespace
} // namespace netsane
