// libnetsane as a program has it, against a FakeServer.

#include "FakeServer.hxx"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <netsane/client.h>
#include <sys/socket.h>

namespace {

// What one receive of the library brings at most.
std::atomic<std::size_t> receive_cap = SIZE_MAX;

} // namespace

// Stands before libc's, also for libnetsane. FakeServer's receives block.
extern "C" ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    const auto room = (flags & MSG_DONTWAIT) != 0 ? std::min(size, receive_cap.load()) : size;
    return ::recvfrom(fd, buffer, room, flags, nullptr, nullptr);
}

namespace netsane::test {

namespace {

struct Close {
    void operator()(netsane_connection *connection) const { ::netsane_close(connection); }
};

using Connection = std::unique_ptr<netsane_connection, Close>;

// Ends a wait that hangs.
class Watchdog {
public:
    explicit Watchdog(netsane_connection *connection) : thread_([this, connection] { run(connection); }) {}
    ~Watchdog()
    {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

private:
    void run(netsane_connection *connection)
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(5), [this] { return over_; }))
            ::netsane_wake(connection);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

bool becomesTrue(const std::atomic<bool> &value)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!value && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    return value;
}

std::vector<std::byte> bytesOf(const ByteBuffer &buffer)
{
    return {buffer.data().begin(), buffer.data().end()};
}

class NetsaneInterface : public ::testing::Test {
protected:
    // No login is to come from the files of whoever runs the test.
    void SetUp() override
    {
        ::unsetenv("HOME");
        ::unsetenv("XDG_CONFIG_HOME");
    }

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

// A receive may bring the last byte of a reply at any count of receives before it.
TEST_F(NetsaneInterface, RepliesInSmallPiecesDontHang)
{
    constexpr std::size_t reply_bytes = 64;
    server.hook = [](FakeClient &client, MessageView) {
        std::vector<std::byte> reply(reply_bytes);
        reply[3] = reply[11] = reply[19] = std::byte{4};
        reply[7] = std::byte{NETSANE_CMD_INIT};
        reply[27] = std::byte{32};
        client.out.append(reply);
        return true;
    };
    for (std::size_t cap = 1; cap <= reply_bytes; ++cap) {
        receive_cap = cap;
        const auto connection = connect();
        const Watchdog watchdog(connection.get());
        ASSERT_EQ(1, ::netsane_printf(connection.get(), "%d\n", NETSANE_CMD_INIT));
        EXPECT_EQ(1, ::netsane_scanf(connection.get(), "%d\n", &command)) << cap;
    }
    receive_cap = SIZE_MAX;
}

TEST_F(NetsaneInterface, RefusalsComeFromConnect)
{
    ByteBuffer refusal;
    encodeServerFail(refusal, {0, "too many connections"});
    server.raw_greeting = bytesOf(refusal);
    char error[200];
    const Connection connection(::netsane_connect(server.name().c_str(), nullptr, error, sizeof error));
    EXPECT_FALSE(connection);
    EXPECT_STREQ("too many connections", error);
}

TEST_F(NetsaneInterface, FlushAndCloseSendBehindALongGreeting)
{
    ByteBuffer greeting;
    encodeHello(greeting, {"fake", 1, {extension_crypt_follows}});
    encodeCryptRequest(greeting, std::array{crypt_method_none});
    server.raw_greeting = bytesOf(greeting);
    server.hook = [this](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::crypt_reply))
            encodeHello(client.out, {"fake", 1, {}});
        asked = asked || message.command == NETSANE_CMD_INIT;
        answer = answer || message.command == NETSANE_CMD_QUIT;
        return message.command != NETSANE_CMD_QUIT;
    };
    for (const bool flushed : {true, false}) {
        asked = answer = false;
        auto connection = connect();
        ASSERT_EQ(1, ::netsane_printf(connection.get(), "%d\n", NETSANE_CMD_INIT));
        if (flushed) {
            EXPECT_EQ(0, ::netsane_flush(connection.get()));
            EXPECT_TRUE(becomesTrue(asked));
        }
        connection.reset();
        EXPECT_TRUE(becomesTrue(asked));
        EXPECT_TRUE(becomesTrue(answer));
    }
}

TEST_F(NetsaneInterface, ASilentServerIsGivenUp)
{
    server.greets = false;
    netsane_options options{};
    options.struct_size = sizeof options;
    options.connect_timeout_ms = 1000;
    char error[200];
    const Connection connection(::netsane_connect(server.name().c_str(), &options, error, sizeof error));
    EXPECT_FALSE(connection);
    EXPECT_NE(nullptr, std::strstr(error, "greeting")) << error;
}

TEST_F(NetsaneInterface, OptionsWithoutTheirSizeAreRefused)
{
    for (const std::uint32_t size : {std::size_t{0}, std::size_t{4}, offsetof(netsane_options, prompt) - 1}) {
        netsane_options options{};
        options.struct_size = size;
        char error[200];
        const Connection connection(::netsane_connect(server.name().c_str(), &options, error, sizeof error));
        EXPECT_FALSE(connection) << size;
        EXPECT_NE(nullptr, std::strstr(error, "struct_size"));
    }
    // What isn't covered as a whole isn't read.
    netsane_options older{};
    older.struct_size = sizeof older - 1;
    std::memset(&older.prompt, 0xff, sizeof older.prompt);
    for (const auto size : {offsetof(netsane_options, prompt), offsetof(netsane_options, prompt) + 1}) {
        older.struct_size = static_cast<std::uint32_t>(size);
        EXPECT_TRUE(Connection(::netsane_connect(server.name().c_str(), &older, nullptr, 0)));
    }
    netsane_options newer{};
    newer.struct_size = sizeof newer + 8;
    EXPECT_TRUE(Connection(::netsane_connect(server.name().c_str(), &newer, nullptr, 0)));
}

} // namespace netsane::test

extern "C" int netsane_c_client_test(void);

TEST(ClientHeader, WorksInC)
{
    EXPECT_EQ(1, netsane_c_client_test());
}
