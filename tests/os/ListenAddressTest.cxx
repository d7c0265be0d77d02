#include "os/ListenAddress.hxx"
#include "os/SocketAddress.hxx"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>

using namespace netsane;

namespace {

ListenAddress parse(std::string_view text)
{
    return ListenAddress::parse(text, 6576);
}

// A connection to an address, or errno.
int tryConnect(const SocketAddress &address)
{
    const UniqueFd fd(::socket(address.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(fd.get(), address.get(), address.size()) == 0 ? 0 : errno;
}

bool hasIpv6()
{
    try {
        listenOn(parse("[::1]:0"));
        return true;
    } catch (const std::system_error &) {
        return false;
    }
}

int errorOf(const ListenAddress &address)
{
    try {
        listenOn(address);
        return 0;
    } catch (const std::system_error &error) {
        return error.code().value();
    }
}

class UnixListen : public testing::Test {
protected:
    UnixListen()
    {
        char name[] = "/tmp/netsane-listen-XXXXXX";
        dir_ = ::mkdtemp(name);
        path_ = dir_ + "/socket";
        address_ = parse("unix:" + path_);
    }
    ~UnixListen() override { std::filesystem::remove_all(dir_); }

    std::string dir_;
    std::string path_;
    ListenAddress address_;
};

} // namespace

TEST(ListenAddress, ParsesEveryForm)
{
    const struct {
        const char *text;
        const char *host;
        unsigned port;
        const char *shown;
    } table[] = {
        {"127.0.0.1:6577", "127.0.0.1", 6577, "127.0.0.1:6577"},
        {"127.0.0.1", "127.0.0.1", 6576, "127.0.0.1:6576"},
        {"127.0.0.1:0", "127.0.0.1", 0, "127.0.0.1:0"},
        {"localhost:1", "localhost", 1, "localhost:1"},
        {"scanner.example", "scanner.example", 6576, "scanner.example:6576"},
        {"[::1]:65535", "::1", 65535, "[::1]:65535"},
        {"[::]", "::", 6576, "[::]:6576"},
        {"[fe80::1%eth0]:6576", "fe80::1%eth0", 6576, "[fe80::1%eth0]:6576"},
        {":80", "", 80, "*:80"},
        {"*:80", "", 80, "*:80"},
        {"*", "", 6576, "*:6576"},
    };
    for (const auto &row : table) {
        const auto address = parse(row.text);
        EXPECT_EQ(address.host, row.host) << row.text;
        EXPECT_EQ(address.port, row.port) << row.text;
        EXPECT_FALSE(address.isUnix());
        EXPECT_EQ(address.toString(), row.shown);
        EXPECT_EQ(parse(address.toString()), address) << row.text;
    }
    EXPECT_EQ(parse("unix:/run/netsane.sock").unix_path, "/run/netsane.sock");
    EXPECT_EQ(parse("unix:/run/a:b").toString(), "unix:/run/a:b");
}

TEST(ListenAddress, RefusesMistakes)
{
    for (const char *const text : {"",          ":",       "host:", "host:x",        "host:65536", "host:-1",
                                   "host:1 ",   "host: 1", "::1",   "::1:6576",      "a:b:1",      "[::1",
                                   "[::1]6576", "[::1]:",  "[]:1",  "[localhost]:1", "unix:",      "unix:relative",
                                   "unix",      "[::1]:1x"})
        EXPECT_THROW(parse(text), std::invalid_argument) << text;
    EXPECT_THROW(parse(std::string("a\0b:1", 5)), std::invalid_argument);
    EXPECT_NO_THROW(parse("unix:/" + std::string(106, 'x')));
    EXPECT_THROW(parse("unix:/" + std::string(107, 'x')), std::invalid_argument);
}

TEST(ListenOn, AcceptsOnAPortOfTheKernels)
{
    const auto sockets = listenOn(parse("127.0.0.1:0"));
    ASSERT_EQ(sockets.size(), 1u);
    const auto address = SocketAddress::localOf(sockets[0].get());
    EXPECT_NE(address.port(), 0);
    EXPECT_EQ(address.hostText(), "127.0.0.1");
    EXPECT_EQ(tryConnect(address), 0);
    const UniqueFd accepted(::accept4(sockets[0].get(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(accepted);
    EXPECT_TRUE(SocketAddress::peerOf(accepted.get()).isLoopback());
    EXPECT_NE(::fcntl(sockets[0].get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(sockets[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(ListenOn, RefusesAPortThatIsTaken)
{
    const auto sockets = listenOn(parse("127.0.0.1:0"));
    auto address = parse("127.0.0.1");
    address.port = SocketAddress::localOf(sockets[0].get()).port();
    EXPECT_EQ(errorOf(address), EADDRINUSE);
}

TEST(ListenOn, EveryAddressSharesOnePort)
{
    const auto sockets = listenOn(parse("*:0"));
    ASSERT_GE(sockets.size(), 1u);
    const auto port = SocketAddress::localOf(sockets[0].get()).port();
    for (const auto &fd : sockets)
        EXPECT_EQ(SocketAddress::localOf(fd.get()).port(), port);
    EXPECT_EQ(tryConnect(*SocketAddress::parse("127.0.0.1:" + std::to_string(port))), 0);
    if (hasIpv6()) {
        EXPECT_EQ(tryConnect(*SocketAddress::parse("[::1]:" + std::to_string(port))), 0);
    }
}

TEST(ListenOn, Ipv6TakesNoIpv4)
{
    if (!hasIpv6())
        GTEST_SKIP() << "no IPv6 here";
    const auto sockets = listenOn(parse("[::]:0"));
    const auto port = SocketAddress::localOf(sockets[0].get()).port();
    EXPECT_EQ(tryConnect(*SocketAddress::parse("[::1]:" + std::to_string(port))), 0);
    EXPECT_EQ(tryConnect(*SocketAddress::parse("127.0.0.1:" + std::to_string(port))), ECONNREFUSED);
}

TEST(ListenOn, ResolvesNames)
{
    const auto sockets = listenOn(parse("localhost:0"));
    ASSERT_GE(sockets.size(), 1u);
    for (const auto &fd : sockets)
        EXPECT_TRUE(SocketAddress::localOf(fd.get()).isLoopback());
    EXPECT_NE(errorOf(parse("999.999.999.999:0")), 0);
    EXPECT_NE(errorOf(parse("192.0.2.1:0")), 0) << "an address that isn't ours";
}

TEST_F(UnixListen, IsThereForEverybody)
{
    const auto sockets = listenOn(address_);
    ASSERT_EQ(sockets.size(), 1u);
    struct stat status;
    ASSERT_EQ(::lstat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0666u);
    const auto local = SocketAddress::localOf(sockets[0].get());
    EXPECT_EQ(local.toString(), "unix:" + path_);
    EXPECT_EQ(tryConnect(local), 0);
    const UniqueFd accepted(::accept(sockets[0].get(), nullptr, nullptr));
    EXPECT_EQ(SocketAddress::peerOf(accepted.get()).toString(), "unix:");
}

TEST_F(UnixListen, ReplacesASocketThatNobodyAnswersOn)
{
    listenOn(address_); // closed at once, the file remains
    ASSERT_TRUE(std::filesystem::is_socket(path_));
    const auto sockets = listenOn(address_);
    EXPECT_EQ(tryConnect(SocketAddress::localOf(sockets[0].get())), 0);
}

TEST_F(UnixListen, LeavesALivingSocketAlone)
{
    const auto sockets = listenOn(address_);
    EXPECT_EQ(errorOf(address_), EADDRINUSE);
    EXPECT_EQ(tryConnect(SocketAddress::localOf(sockets[0].get())), 0);
}

TEST_F(UnixListen, LeavesALivingSocketOfAnotherTypeAlone)
{
    const auto local = SocketAddress::parse("unix:" + path_).value();
    const UniqueFd datagrams(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(datagrams.get(), local.get(), local.size()), 0);
    EXPECT_EQ(errorOf(address_), EPROTOTYPE);
    EXPECT_TRUE(std::filesystem::is_socket(path_));
}

TEST_F(UnixListen, LeavesEverythingElseAlone)
{
    std::ofstream(path_) << "precious";
    EXPECT_EQ(errorOf(address_), EEXIST);
    EXPECT_EQ(std::filesystem::file_size(path_), 8u);

    std::filesystem::remove(path_);
    std::filesystem::create_symlink(dir_ + "/elsewhere", path_);
    EXPECT_EQ(errorOf(address_), EEXIST);
    EXPECT_TRUE(std::filesystem::is_symlink(path_));
    EXPECT_FALSE(std::filesystem::exists(dir_ + "/elsewhere"));

    EXPECT_EQ(errorOf(parse("unix:" + dir_ + "/no/such/folder")), ENOENT);
}
