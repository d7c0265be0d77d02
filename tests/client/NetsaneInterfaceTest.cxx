// libnetsane as a program has it, against a FakeServer.

#include "FakeServer.hxx"

#include <chrono>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <netsane/client.h>

namespace netsane::test {

namespace {

struct Close {
    void operator()(netsane_connection *connection) const { ::netsane_close(connection); }
};

using Connection = std::unique_ptr<netsane_connection, Close>;

class NetsaneInterface : public ::testing::Test {
protected:
    Connection connect(netsane_options options = {})
    {
        options.struct_size = sizeof options;
        char error[200];
        Connection connection(::netsane_connect(server.name().c_str(), &options, error, sizeof error));
        EXPECT_TRUE(connection) << error;
        return connection;
    }

    // Before the server, whose threads use them.
    std::atomic<bool> asked = false;
    std::atomic<bool> answer = false;
    FakeServer server;
    std::int32_t command = 0;
    std::int32_t status = 0;
};

} // namespace

TEST_F(NetsaneInterface, ListsDevicesAsTheHeaderShows)
{
    const auto connection = connect();
    ASSERT_EQ(1, ::netsane_printf(connection.get(), "%d\n", NETSANE_CMD_GDEV));
    ASSERT_EQ(2, ::netsane_scanf(connection.get(), "%d %d", &command, &status));
    EXPECT_EQ(NETSANE_CMD_GDEV, command);
    const char *name = nullptr;
    const char *vendor = nullptr;
    const char *model = nullptr;
    const char *type = nullptr;
    ASSERT_EQ(1, ::netsane_scanf(connection.get(), "%s", &name));
    EXPECT_STREQ("test:0", name);
    ASSERT_EQ(3, ::netsane_scanf(connection.get(), "%s %s %s", &vendor, &model, &type));
    EXPECT_STREQ("Noname", vendor);
    ASSERT_EQ(1, ::netsane_scanf(connection.get(), "%s", &name));
    EXPECT_STREQ("", name);
    EXPECT_EQ(0, ::netsane_scanf(connection.get(), "%s", &name));
    EXPECT_EQ(0, ::netsane_scanf(connection.get(), "\n"));
    EXPECT_EQ(-1, ::netsane_scanf(connection.get(), "%d", &command)); // nothing is outstanding
    EXPECT_STRNE("", ::netsane_error(connection.get()));
}

TEST_F(NetsaneInterface, CarriesAWholeScan)
{
    server.image.assign(100, std::byte{7});
    const auto connection = connect();
    auto *const c = connection.get();
    char handle[64];
    std::size_t size = sizeof handle;
    ASSERT_EQ(2, ::netsane_printf(c, "%d %s\n", NETSANE_CMD_OPEN, "test:0"));
    ASSERT_EQ(3, ::netsane_scanf(c, "%d %d %*c\n", &command, &status, &size, handle));
    EXPECT_EQ(2U, size);
    const std::int32_t words[4]{4, 3, 2, 1};
    // COPT written in two parts, STAR and READ in the same flight
    ASSERT_EQ(5, ::netsane_printf(c, "%d %*c %d %d %d", NETSANE_CMD_COPT, size, handle, 6, 1, 1));
    ASSERT_EQ(1, ::netsane_printf(c, "%*d\n", std::size_t{4}, words));
    ASSERT_EQ(2, ::netsane_printf(c, "%d %*c\n", NETSANE_CMD_STAR, size, handle));
    ASSERT_EQ(3, ::netsane_printf(c, "%d %*c %d\n", NETSANE_CMD_READ, size, handle, 1000));
    std::int32_t info = 0;
    std::int32_t type = 0;
    std::int32_t values[4]{};
    std::size_t count = 2;
    ASSERT_EQ(4, ::netsane_scanf(c, "%d %d %d %d", &command, &status, &info, &type));
    EXPECT_EQ(-1, ::netsane_scanf(c, "%*d", &count, values)); // too small: may be tried again
    EXPECT_EQ(4U, count);
    EXPECT_EQ(1, ::netsane_scanf(c, "%*d\n", &count, values));
    EXPECT_EQ(2, values[2]);
    ASSERT_EQ(2, ::netsane_scanf(c, "%d %d\n", &command, &status)); // STAR, the rest skipped
    EXPECT_EQ(NETSANE_CMD_STAR, command);
    char data[1000];
    std::size_t bytes = sizeof data;
    ASSERT_EQ(3, ::netsane_scanf(c, "%d %d %*c\n", &command, &status, &bytes, data));
    EXPECT_EQ(100U, bytes);
    EXPECT_EQ(7, data[99]);
}

TEST_F(NetsaneInterface, BadFormatsAreErrors)
{
    const auto connection = connect();
    auto *const c = connection.get();
    for (const char *format : {"", " ", "%", "%x", "%5d", "%ld", "%*", "%*s", "%%", "d", "%d\n%d", "%d\n\n", "\n",
                               "%s\n", "%*c\n", "%d %n", "%d,%d"})
        EXPECT_EQ(-1, ::netsane_printf(c, format, 1, 2, 3)) << format;
    EXPECT_EQ(-1, ::netsane_printf(c, nullptr));
    EXPECT_EQ(-1, ::netsane_printf(c, "%d %*c\n", NETSANE_CMD_CLOS, std::size_t{3}, static_cast<void *>(nullptr)));
    EXPECT_EQ(-1, ::netsane_printf(c, "%d %*c\n", NETSANE_CMD_CLOS, std::size_t{2} << 20, "x"));
    for (const int no_request : {0, 1, 2, 4, 7, 9, 10, 15, 30, -1})
        EXPECT_EQ(-1, ::netsane_printf(c, "%d\n", no_request)) << no_request;
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += "%d";
    EXPECT_EQ(-1, ::netsane_printf(c, many.c_str()));
    // none of it has harmed the connection
    ASSERT_EQ(1, ::netsane_printf(c, "%d\n", NETSANE_CMD_INIT));
    for (const char *format : {"", "%", "%x", "%*s", "%d\n%d", "hello"})
        EXPECT_EQ(-1, ::netsane_scanf(c, format, &command, &command)) << format;
    EXPECT_EQ(-1, ::netsane_scanf(c, nullptr));
    EXPECT_EQ(-1, ::netsane_scanf(c, "%d", static_cast<std::int32_t *>(nullptr)));
    const char *text = nullptr;
    EXPECT_EQ(-1, ::netsane_scanf(c, "%s", &text)); // an INT with a NUL inside
    EXPECT_EQ(1, ::netsane_scanf(c, "%d\n", &command));
    EXPECT_EQ(NETSANE_CMD_INIT, command);
    EXPECT_EQ(-1, ::netsane_printf(nullptr, "%d\n", 16));
}

TEST_F(NetsaneInterface, ConnectSaysWhyNot)
{
    char error[200];
    EXPECT_EQ(nullptr, ::netsane_connect("no/host", nullptr, error, sizeof error));
    EXPECT_STRNE("", error);
    EXPECT_EQ(nullptr, ::netsane_connect(nullptr, nullptr, nullptr, 0));
    EXPECT_EQ(nullptr, ::netsane_connect("127.0.0.1:1", nullptr, error, sizeof error));
    EXPECT_NE(nullptr, std::strstr(error, "refused"));
    EXPECT_EQ(nullptr, ::netsane_connect("unix:/nonexistent/socket", nullptr, error, sizeof error));
    ::netsane_close(nullptr);
}

TEST_F(NetsaneInterface, AsksForALoginInTheMiddle)
{
    server.user = "alice";
    netsane_options options{};
    options.login = [](void *context, const char *, char *user, char *, std::size_t size) {
        EXPECT_GE(size, 256U);
        std::strcpy(user, static_cast<const char *>(context));
        return 1;
    };
    char alice[] = "alice";
    char mallory[] = "mallory";
    for (char *user : {alice, mallory}) {
        options.context = user;
        const auto connection = connect(options);
        ASSERT_EQ(2, ::netsane_printf(connection.get(), "%d %s\n", NETSANE_CMD_OPEN, ""));
        ASSERT_EQ(2, ::netsane_scanf(connection.get(), "%d %d\n", &command, &status));
        EXPECT_EQ(user == alice ? 0 : 11, status);
    }
}

TEST_F(NetsaneInterface, WakeEndsAWaitAndNothingElse)
{
    server.hook = [this](FakeClient &, MessageView message) {
        asked = message.command == NETSANE_CMD_INIT;
        while (asked && !answer)
            std::this_thread::yield();
        return false;
    };
    const auto connection = connect();
    ASSERT_EQ(1, ::netsane_printf(connection.get(), "%d\n", NETSANE_CMD_INIT));
    std::thread waker([&] {
        while (!asked)
            std::this_thread::yield();
        ::netsane_wake(connection.get());
    });
    EXPECT_EQ(-1, ::netsane_scanf(connection.get(), "%d\n", &command));
    waker.join();
    answer = true;
    EXPECT_EQ(1, ::netsane_scanf(connection.get(), "%d\n", &command));
}

TEST_F(NetsaneInterface, OptionsOfAnOlderProgramAreReadNoFurther)
{
    netsane_options options{};
    options.struct_size = offsetof(netsane_options, program);
    options.program = reinterpret_cast<const char *>(1); // would crash
    const Connection connection(::netsane_connect(server.name().c_str(), &options, nullptr, 0));
    EXPECT_TRUE(connection);
}

} // namespace netsane::test

extern "C" int netsane_c_client_test(void);

TEST(ClientHeader, WorksInC)
{
    EXPECT_EQ(1, netsane_c_client_test());
}
