// How sane_open logs in.

#include "BackendTest.hxx"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/stat.h>

namespace netsane::test {

namespace {

class LoginTest : public BackendTest {
protected:
    void TearDown() override
    {
        BackendTest::TearDown();
        ::unsetenv("SANE_DEBUG_NETSANE");
    }

    SANE_Status open()
    {
        SANE_Handle handle = nullptr;
        return library->open((server.name() + ":test:0").c_str(), &handle);
    }

    // In the person's file, for the server.
    void store(const std::string &login, mode_t mode = 0600)
    {
        const auto config = folder + "/.config/netsane";
        std::filesystem::create_directories(config);
        ::chmod((folder + "/.config").c_str(), 0700);
        ::chmod(config.c_str(), 0700);
        std::ofstream(config + "/credentials") << server.name() << " " << login << "\n";
        ::chmod((config + "/credentials").c_str(), mode);
    }
};

} // namespace

TEST_F(LoginTest, AsksForALoginWithNoConnectionOpen)
{
    server.user = "alice";
    answered_user = "alice";
    static FakeServer *asked_server = nullptr;
    static bool was_connected;
    asked_server = &server;
    init("", [](SANE_String_Const resource, SANE_Char *user, SANE_Char *password) {
        was_connected = !eventually([] { return asked_server->open_connections == 0; });
        authorize(resource, user, password);
    });
    EXPECT_NE(nullptr, openDevice());
    EXPECT_FALSE(was_connected);
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ("netsane:" + server.name(), asked_resource);
    EXPECT_EQ(2, server.connections);
}

TEST_F(LoginTest, RefusedLoginIsAccessDeniedOnce)
{
    server.user = "alice";
    SANE_Handle handle = nullptr;
    const auto name = server.name() + ":test:0";
    init("");
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    answered_user = "mallory";
    init("", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
    init("user = mallory\npassword = x\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
    init("user = alice\npassword = x\n", authorize);
    EXPECT_EQ(SANE_STATUS_GOOD, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
}

// The password in PASS_UNIX's reply: auth_unix is loaded from plugin_dir when the server asks for it.
TEST_F(LoginTest, LogsInWithAuthUnix)
{
    const auto module = folder + "/auth_unix.so";
    std::filesystem::copy_file(NETSANE_TEST_AUTH_UNIX, module);
    ::chmod(module.c_str(), 0644);
    std::atomic<int> asked = 0;
    server.user = "alice";
    server.hook = [&asked](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::user)) {
            ++asked;
            encodePass(client.out, Command::pass_request, {1, {}});
            return true;
        }
        if (message.command != static_cast<std::uint32_t>(Command::pass_reply))
            return false;
        const auto pass = decodePass(message);
        const std::string_view secret("secret", 7); // with its NUL
        if (pass.fields.size() != 1 || !std::ranges::equal(pass.fields[0], std::as_bytes(std::span(secret)))) {
            encodeUserRequest(client.out);
            return true;
        }
        encodeWelcome(client.out, "alice");
        encodeOpenReply(client.out, {{}, {std::byte{1}}, sampleOptions()});
        return true;
    };
    SANE_Handle handle = nullptr;
    const auto name = server.name() + ":test:0";
    struct Case {
        const char *config;
        SANE_Status expected;
        int asked;
    };
    for (const auto &c :
         {Case{"password = secret\n", SANE_STATUS_GOOD, 1}, Case{"password = wrong\n", SANE_STATUS_ACCESS_DENIED, 1},
          Case{"password = secret\nauth = crypt\n", SANE_STATUS_ACCESS_DENIED, 1}, Case{"", SANE_STATUS_GOOD, 1}}) {
        asked = 0;
        answered_user = "alice";
        init("plugin_dir = " + folder + "\nuser = alice\n" + c.config, authorize);
        EXPECT_EQ(c.expected, library->open(name.c_str(), &handle)) << c.config;
        EXPECT_EQ(c.asked, asked) << c.config;
    }
    library->exit();
    ::chmod(module.c_str(), 0666); // anybody could have written it
    init("plugin_dir = " + folder + "\nuser = alice\npassword = secret\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    std::filesystem::remove(module);
}

// What a file says may be put there until the server asks for it.
TEST_F(LoginTest, FilesAreReadWhenTheServerAsks)
{
    store("user=alice password=\"a b\"", 0644);
    init("", authorize);
    ::testing::internal::CaptureStderr();
    EXPECT_NE(nullptr, openDevice()); // no login is wanted
    EXPECT_EQ("", ::testing::internal::GetCapturedStderr());
    server.user = "alice";
    answered_user = "alice";
    EXPECT_EQ(SANE_STATUS_GOOD, open());
    EXPECT_EQ(1, authorizations); // the file is refused
    store("user=alice password=\"a b\"");
    EXPECT_EQ(SANE_STATUS_GOOD, open());
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ(4, server.connections); // no second one where nobody has to be asked
}

TEST_F(LoginTest, ConfigurationGoesBeforeFilesBeforeTheCallback)
{
    server.user = "alice";
    answered_user = "mallory";
    store("user=alice password=x");
    init("user = mallory\npassword = x\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    init("", authorize);
    EXPECT_EQ(SANE_STATUS_GOOD, open());
    // A name in netsane.conf leaves out what is stored for others.
    init("user = mallory\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ("mallory", offered_user);
}

TEST_F(LoginTest, ScanimagesFileIsReadToo)
{
    server.user = "alice";
    std::filesystem::create_directory(folder + "/.sane");
    ::chmod((folder + "/.sane").c_str(), 0700);
    std::ofstream(folder + "/.sane/pass") << "alice:secret:netsane:" << server.name() << "\n";
    ::chmod((folder + "/.sane/pass").c_str(), 0600);
    init("", authorize);
    EXPECT_EQ(SANE_STATUS_GOOD, open());
    EXPECT_EQ(0, authorizations);
}

TEST_F(LoginTest, AKnownNameIsFilledInForTheCallback)
{
    server.user = "bert";
    answered_user = "bert"; // the person types another one
    for (const std::string known : {"alice", "jo smith"}) {
        store("user=\"" + known + "\"");
        init("", authorize);
        EXPECT_EQ(SANE_STATUS_GOOD, open());
        EXPECT_EQ(known, offered_user);
    }
    // One that doesn't fit into the buffer would be another user's.
    store("user=" + std::string(128, 'a'));
    EXPECT_EQ(SANE_STATUS_GOOD, open());
    EXPECT_EQ("", offered_user);
}

TEST_F(LoginTest, ARefusedLoginOfAFileIsDeniedOnce)
{
    server.user = "alice";
    store("user=mallory password=hunter2");
    ::setenv("SANE_DEBUG_NETSANE", "255", 1);
    init("", authorize);
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    const auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(0, authorizations);
    EXPECT_EQ(1, server.connections);
    EXPECT_NE(std::string::npos, said.find("refused the login of mallory (from " + folder)) << said;
    EXPECT_EQ(std::string::npos, said.find("hunter2")) << said;
}

TEST_F(LoginTest, WithoutACallbackTheLoginIsDenied)
{
    server.user = "alice";
    init("");
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    EXPECT_EQ(1, server.connections);
}

TEST_F(LoginTest, NoUserNameIsNoLogin)
{
    server.user = "alice";
    init("", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ(1, server.connections);
}

// A dialog that was cancelled, or a program with nobody at its terminal.
TEST_F(LoginTest, ACallbackThatChangesNothingIsNoTry)
{
    server.user = "alice";
    store("user=alice");
    init("", [](SANE_String_Const, SANE_Char *, SANE_Char *) { ++authorizations; });
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, open());
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ(1, server.connections);
}

TEST_F(LoginTest, BuffersOfTheCallbackMayBeFull)
{
    server.user = std::string(SANE_MAX_USERNAME_LEN - 1, 'u');
    init("", [](SANE_String_Const, SANE_Char *user, SANE_Char *password) {
        std::memset(user, 'u', SANE_MAX_USERNAME_LEN); // without the NUL at the end
        std::memset(password, 'p', SANE_MAX_PASSWORD_LEN);
    });
    EXPECT_EQ(SANE_STATUS_GOOD, open());
}

TEST_F(LoginTest, TheServerMayBeGoneBehindTheCallback)
{
    static std::unique_ptr<FakeServer> mortal;
    mortal = std::make_unique<FakeServer>();
    mortal->user = "alice";
    const auto name = mortal->name() + ":test:0";
    init("", [](SANE_String_Const resource, SANE_Char *user, SANE_Char *password) {
        authorize(resource, user, password);
        mortal.reset();
    });
    answered_user = "alice";
    SANE_Handle handle = nullptr;
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->open(name.c_str(), &handle));
}

TEST_F(LoginTest, ListsUseStoredLoginsAndNeverAsk)
{
    server.user = "alice";
    server.login_at_connect = true;
    // The list waits for the login.
    server.hook = [this](FakeClient &client, MessageView message) {
        const auto command = static_cast<Command>(message.command);
        if (command == Command::user && decodeUser(message) == server.user) {
            client.logged_in = true;
            encodeWelcome(client.out, server.user);
        } else if (command != Command::get_devices && command != Command::fail) {
            return false;
        }
        if (client.logged_in)
            encodeGetDevicesReply(client.out, {{}, server.devices});
        else if (command == Command::fail)
            encodeGetDevicesReply(client.out, {{Status::access_denied, "no login"}, {}});
        return true;
    };
    struct Case {
        const char *stored;
        bool listed;
    };
    for (const auto &c :
         {Case{"user=alice password=x", true}, Case{"user=mallory password=x", false}, Case{"user=alice", false}}) {
        store(c.stored);
        init(server.name() + "\n", authorize);
        const auto begin = Clock::now();
        const SANE_Device **list = nullptr;
        ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
        EXPECT_LT(Clock::now() - begin, 2500ms);
        EXPECT_EQ(c.listed, list[0] != nullptr) << c.stored;
        library->exit();
    }
    EXPECT_EQ(0, authorizations);
}

} // namespace netsane::test
