// How a program logs in with libnetsane: callbacks, files, and several questions.

#include "FakeServer.hxx"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <netsane/client.h>
#include <sys/stat.h>

namespace netsane::test {

namespace {

using Strings = std::vector<std::string>;
using Questions = std::vector<std::pair<std::uint32_t, std::string>>;

constexpr std::uint32_t asking_method = 0x8030;
constexpr std::int32_t access_denied = 11;

struct Close {
    void operator()(netsane_connection *connection) const { ::netsane_close(connection); }
};

std::vector<std::byte> intField(std::uint32_t value)
{
    return {std::byte{0}, std::byte{0}, std::byte{0}, static_cast<std::byte>(value)};
}

std::vector<std::byte> textField(const std::string &text)
{
    const auto bytes = std::as_bytes(std::span(text.c_str(), text.size() + 1));
    return {bytes.begin(), bytes.end()};
}

// A program: what its callbacks say, and what they were asked.
struct Program {
    std::string user;
    std::string password;
    bool prompts = true;
    Strings asked{};
    std::string debug{};

    static int login(void *context, const char *server, char *user, char *password, size_t size)
    {
        auto &self = *static_cast<Program *>(context);
        self.asked.push_back("login " + std::string(user));
        EXPECT_GE(size, 512U);
        EXPECT_NE('\0', *server);
        std::strcpy(user, self.user.c_str());
        std::strcpy(password, self.password.c_str());
        return self.user.empty() ? 0 : 1;
    }
    static int prompt(void *context, const char *, uint32_t style, const char *text, char *answer, size_t size)
    {
        auto &self = *static_cast<Program *>(context);
        self.asked.push_back(std::to_string(style) + " " + text);
        EXPECT_EQ(style > NETSANE_PROMPT_ECHO, answer == nullptr);
        EXPECT_EQ(style > NETSANE_PROMPT_ECHO, size == 0);
        if (answer && self.prompts)
            std::strcpy(answer, ("answer " + std::to_string(self.asked.size())).c_str());
        return self.prompts ? 1 : 0;
    }
    static void note(void *context, int level, const char *text)
    {
        static_cast<Program *>(context)->debug += std::to_string(level) + " " + text + "\n";
    }
};

class LibraryLogin : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        home = ::mkdtemp(name);
        ::setenv("HOME", home.c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
        const auto module = home + "/auth_asking.so";
        std::filesystem::copy_file(TEST_MODULE_DIR "/auth_asking.so", module);
        ::chmod(module.c_str(), 0644);
        server.user = "alice";
    }
    void TearDown() override { std::filesystem::remove_all(home); }

    // The server asks the questions, one PASS_REQ for each list; `answers` are the client's.
    void serverAsks(std::vector<Questions> rounds)
    {
        server.hook = [this, rounds = std::move(rounds)](FakeClient &client, MessageView message) {
            const auto command = static_cast<Command>(message.command);
            if (command == Command::user)
                round = 0;
            else if (command == Command::pass_reply)
                for (const auto &field : decodePass(message).fields)
                    answers.emplace_back(reinterpret_cast<const char *>(field.data()));
            else
                return false;
            if (round == rounds.size())
                return welcome(client);
            std::vector<std::vector<std::byte>> fields;
            for (const auto &[style, text] : rounds[round++]) {
                fields.push_back(intField(style));
                fields.push_back(textField(text));
            }
            encodePass(client.out, Command::pass_request, {asking_method, std::move(fields)});
            return true;
        };
    }

    static bool welcome(FakeClient &client)
    {
        encodeWelcome(client.out, "alice");
        encodeOpenReply(client.out, {{}, {std::byte{1}}, {}});
        return true;
    }

    netsane_options optionsFor(Program &program)
    {
        netsane_options options{};
        options.struct_size = sizeof options;
        options.plugin_dir = home.c_str();
        options.auth = "asking";
        options.login = Program::login;
        options.prompt = Program::prompt;
        options.debug = Program::note;
        options.context = &program;
        return options;
    }

    // The status of OPEN.
    std::int32_t open(const netsane_options &options)
    {
        const std::unique_ptr<netsane_connection, Close> connection(
            ::netsane_connect(server.name().c_str(), &options, nullptr, 0));
        std::int32_t command = 0;
        std::int32_t status = -1;
        EXPECT_EQ(2, ::netsane_printf(connection.get(), "%d %s\n", NETSANE_CMD_OPEN, ""));
        EXPECT_EQ(2, ::netsane_scanf(connection.get(), "%d %d\n", &command, &status));
        return status;
    }

    void storeLogin(const std::string &words)
    {
        const auto folder = home + "/.config/netsane";
        std::filesystem::create_directories(folder);
        ::chmod((home + "/.config").c_str(), 0700);
        ::chmod(folder.c_str(), 0700);
        std::ofstream(folder + "/credentials") << server.name() << " " << words << "\n";
        ::chmod((folder + "/credentials").c_str(), 0600);
    }

    std::string home;
    std::size_t round = 0;
    Strings answers;
    FakeServer server;
};

const Questions three_questions{
    {NETSANE_PROMPT_INFO, "Hello\x1b"}, {NETSANE_PROMPT_HIDDEN, "Password: "}, {NETSANE_PROMPT_ECHO, "Floor: "}};

} // namespace

TEST_F(LibraryLogin, SeveralQuestionsGoToThePrompt)
{
    serverAsks({three_questions, {{NETSANE_PROMPT_HIDDEN, "Code: "}}, {{NETSANE_PROMPT_ERROR, "Old password"}}});
    Program program{"alice", "secret"};
    EXPECT_EQ(0, open(optionsFor(program)));
    EXPECT_EQ((Strings{"login ", "3 Hello?", "2 Floor: ", "1 Code: ", "4 Old password"}), program.asked);
    EXPECT_EQ((Strings{"secret", "answer 3", "answer 4"}), answers);
}

TEST_F(LibraryLogin, ANameIsEnoughForThePrompt)
{
    serverAsks({three_questions});
    Program program{"", ""};
    auto options = optionsFor(program);
    options.user = "alice";
    options.login = nullptr;
    EXPECT_EQ(0, open(options));
    EXPECT_EQ((Strings{"3 Hello?", "1 Password: ", "2 Floor: "}), program.asked);
    // The same with the name from the login callback.
    Program other{"alice", ""};
    EXPECT_EQ(0, open(optionsFor(other)));
    EXPECT_EQ((Strings{"login ", "3 Hello?", "1 Password: ", "2 Floor: "}), other.asked);
}

TEST_F(LibraryLogin, WithoutAPromptMoreThanThePasswordIsDeclined)
{
    serverAsks({three_questions});
    for (const bool knows_prompt : {false, true}) {
        Program program{"alice", "secret"};
        auto options = optionsFor(program);
        if (knows_prompt)
            options.prompt = nullptr;
        else
            options.struct_size = offsetof(netsane_options, prompt); // a program of before
        EXPECT_EQ(access_denied, open(options));
        EXPECT_EQ(Strings{"login "}, program.asked);
    }
    EXPECT_EQ(Strings{}, answers);
    EXPECT_EQ(2, server.fails);
}

TEST_F(LibraryLogin, WithoutAPromptThePasswordIsEnoughWhereNothingElseIsAsked)
{
    serverAsks({{{NETSANE_PROMPT_HIDDEN, "Password: "}}});
    Program program{"alice", "secret"};
    auto options = optionsFor(program);
    options.prompt = nullptr;
    EXPECT_EQ(0, open(options));
    EXPECT_EQ(Strings{"secret"}, answers);
}

TEST_F(LibraryLogin, APersonWhoDoesntAnswerIsDenied)
{
    serverAsks({three_questions});
    Program program{"alice", "secret", false};
    EXPECT_EQ(access_denied, open(optionsFor(program)));
    EXPECT_EQ(Strings{}, answers);
}

TEST_F(LibraryLogin, FilesGoBeforeTheCallbacks)
{
    storeLogin("user=alice password=stored");
    serverAsks({three_questions});
    Program program{"mallory", "x"};
    auto options = optionsFor(program);
    EXPECT_EQ(0, open(options));
    EXPECT_EQ((Strings{"3 Hello?", "2 Floor: "}), program.asked);
    EXPECT_EQ("stored", answers.front());
    EXPECT_EQ(std::string::npos, program.debug.find("stored")) << program.debug;
    // Not if the program doesn't want it, is of another user, or has the whole login itself.
    answers.clear();
    options.no_login_files = 1;
    EXPECT_EQ(0, open(options));
    options.no_login_files = 0;
    options.user = "mallory";
    EXPECT_EQ(0, open(options));
    options.password = "own";
    EXPECT_EQ(0, open(options));
    EXPECT_EQ((Strings{"x", "answer 5", "answer 7", "answer 8", "own", "answer 10"}), answers);
}

TEST_F(LibraryLogin, AKnownNameStandsInTheLoginCallbacksBuffer)
{
    storeLogin("user=alice");
    Program program{"alice", "x"};
    auto options = optionsFor(program);
    options.prompt = nullptr;
    EXPECT_EQ(0, open(options));
    EXPECT_EQ(Strings{"login alice"}, program.asked);
}

TEST_F(LibraryLogin, ARefusedLoginOfAFileIsNotAskedFor)
{
    storeLogin("user=mallory password=stored");
    Program program{"alice", "x"};
    EXPECT_EQ(access_denied, open(optionsFor(program)));
    EXPECT_EQ(Strings{}, program.asked);
    EXPECT_EQ(1, server.connections);
}

} // namespace netsane::test
