#include "bench/Proxy.hxx"
#include "os/ListenAddress.hxx"
#include "os/Socket.hxx"

#include <chrono>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>

namespace netsane {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds delay{20};
constexpr std::chrono::seconds deadline{20};

// Both ends of a connection through a proxy, all in this thread: they move while the loop runs.
class ProxyTest : public testing::Test {
protected:
    ProxyTest()
    {
        proxy_.setDelay(delay);
        const auto route = "127.0.0.1:0=" + SocketAddress::localOf(listener_.get()).toString();
        front_ = SocketAddress::parse(proxy_.addRoute(route)).value();
    }

    UniqueFd connect()
    {
        UniqueFd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(made.get(), front_.get(), front_.size()), 0);
        setNonBlocking(made.get(), true);
        return made;
    }

    UniqueFd accept()
    {
        UniqueFd made;
        run([&] {
            made.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            return bool(made);
        });
        return made;
    }

    static void send(const UniqueFd &fd, const std::string &text)
    {
        EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }

    // That many bytes, or those up to the end.
    std::string receive(const UniqueFd &fd, std::size_t count)
    {
        std::string text;
        run([&] {
            std::string part(count - text.size(), '\0');
            const auto got = ::recv(fd.get(), part.data(), part.size(), 0);
            if (got > 0)
                text.append(part, 0, static_cast<std::size_t>(got));
            return got == 0 || text.size() == count;
        });
        return text;
    }

    void run(const std::function<bool()> &until)
    {
        const auto end = Clock::now() + deadline;
        bool in_time = true;
        Timer poll(loop_, [&] {
            in_time = Clock::now() < end;
            until() || !in_time ? loop_.stop() : poll.schedule(milliseconds(1));
        });
        poll.schedule(milliseconds(0));
        loop_.run();
        EXPECT_TRUE(in_time);
    }

    EventLoop loop_;
    UniqueFd listener_ = std::move(listenOn(ListenAddress::parse("127.0.0.1:0", 0)).front());
    Proxy proxy_{loop_};
    SocketAddress front_;
};

TEST_F(ProxyTest, ConnectsThreeDelaysLater)
{
    const auto begin = Clock::now();
    const auto client = connect();
    const auto server = accept();
    EXPECT_GE(Clock::now() - begin, 3 * delay);
}

TEST_F(ProxyTest, HoldsBytesForTheDelay)
{
    const auto client = connect();
    const auto server = accept();
    auto begin = Clock::now();
    send(client, "question");
    EXPECT_EQ(receive(server, 8), "question");
    EXPECT_GE(Clock::now() - begin, delay);
    begin = Clock::now();
    send(server, "answer");
    EXPECT_EQ(receive(client, 6), "answer");
    EXPECT_GE(Clock::now() - begin, delay);
}

TEST_F(ProxyTest, CarriesMuchInItsOrder)
{
    const auto client = connect();
    const auto server = accept();
    std::string sent;
    for (int i = 0; i < 2000000; ++i)
        sent += static_cast<char>(i * 7 / 5);
    std::size_t done = 0;
    std::string got;
    run([&] {
        if (const auto count = ::send(server.get(), sent.data() + done, sent.size() - done, MSG_NOSIGNAL); count > 0)
            done += static_cast<std::size_t>(count);
        std::string part(100000, '\0');
        if (const auto count = ::recv(client.get(), part.data(), part.size(), 0); count > 0)
            got.append(part, 0, static_cast<std::size_t>(count));
        return got.size() >= sent.size();
    });
    EXPECT_TRUE(got == sent);
}

TEST_F(ProxyTest, CarriesTheEndOfEachDirection)
{
    const auto client = connect();
    const auto server = accept();
    send(client, "last");
    ::shutdown(client.get(), SHUT_WR);
    EXPECT_EQ(receive(server, 100), "last");
    send(server, "words");
    ::shutdown(server.get(), SHUT_WR);
    EXPECT_EQ(receive(client, 100), "words");
    run([&] { return proxy_.report().find("\"open_connections\": 0") != std::string::npos; });
}

TEST_F(ProxyTest, CountsBytesAndRoundTrips)
{
    auto client = connect();
    const auto server = accept();
    for (int i = 0; i < 3; ++i) {
        send(client, "question");
        receive(server, 8);
        send(server, "answer");
        receive(client, 6);
    }
    client.reset();
    EXPECT_EQ(receive(server, 1), "");
    EXPECT_THAT(proxy_.report(), HasSubstr(R"("connections": 1, "open_connections": 1, "round_trips": 4, )"
                                           R"("bytes_to_server": 24, "bytes_to_client": 18)"));
    proxy_.reset();
    EXPECT_THAT(proxy_.report(), HasSubstr(R"("round_trips": 0, "bytes_to_server": 0, "bytes_to_client": 0)"));
}

TEST_F(ProxyTest, EndsAConnectionToNobody)
{
    listener_.reset();
    const auto client = connect();
    EXPECT_EQ(receive(client, 1), "");
}

TEST_F(ProxyTest, RefusesWhatIsNoRoute)
{
    for (const char *text : {"", "127.0.0.1:0", "127.0.0.1:0=", "=127.0.0.1:1x", "127.0.0.1:0=somewhere:80"})
        EXPECT_THROW(proxy_.addRoute(text), std::invalid_argument) << text;
}

} // namespace
} // namespace netsane
