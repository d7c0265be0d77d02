// How sane_open logs in.

#include "BackendTest.hxx"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace netsane::test {

TEST_F(BackendTest, AsksForALoginWithNoConnectionOpen)
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

TEST_F(BackendTest, RefusedLoginIsAccessDeniedOnce)
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
TEST_F(BackendTest, LogsInWithAuthUnix)
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

} // namespace netsane::test
