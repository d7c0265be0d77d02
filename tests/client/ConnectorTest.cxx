#include "client/Connector.hxx"

#include <arpa/inet.h>
#include <cstring>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>

namespace netsane::test {

namespace {

using namespace std::chrono_literals;

int lookups = 0; // of names

// A port of loopback that takes connections.
class Listener {
public:
    Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof in;
        EXPECT_EQ(0, ::bind(fd_.get(), reinterpret_cast<sockaddr *>(&in), size));
        EXPECT_EQ(0, ::listen(fd_.get(), 8));
        EXPECT_EQ(0, ::getsockname(fd_.get(), reinterpret_cast<sockaddr *>(&in), &size));
        port_ = ntohs(in.sin_port);
    }
    ServerName named(const std::string &host) const { return *parseServerName(host + ":" + std::to_string(port_)); }

private:
    UniqueFd fd_;
    unsigned port_ = 0;
};

} // namespace

TEST(Connector, AddressesComeBeforeNames)
{
    const Listener listener;
    lookups = 0;
    Connector name(listener.named("name.invalid"), 2s);
    Connector address(listener.named("127.0.0.1"), 2s);
    EXPECT_EQ(0, lookups);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(Connector::State::connecting, name.advance(begin));
    EXPECT_EQ(0, lookups);
    EXPECT_EQ(-1, name.fd());
    EXPECT_EQ(Connector::State::connected, address.advance(begin));
    EXPECT_LT(begin, name.deadline());
    EXPECT_EQ(Connector::State::failed, name.advance(name.deadline()));
    EXPECT_EQ(1, lookups);
}

TEST(Connector, NamesAreLookedUpOneAfterTheOtherWhileTimeLasts)
{
    const Listener listener;
    lookups = 0;
    Connector first(listener.named("first.invalid"), 2s);
    Connector second(listener.named("second.invalid"), 2s);
    Connector third(listener.named("third.invalid"), 2s);
    const auto later = std::chrono::steady_clock::now() + 300ms;
    first.advance(later);
    EXPECT_EQ(1, lookups);
    EXPECT_EQ(Connector::State::connecting, second.advance(std::chrono::steady_clock::now()));
    EXPECT_EQ(1, lookups);
    second.advance(second.deadline());
    EXPECT_EQ(2, lookups);
    EXPECT_EQ(Connector::State::failed, third.advance(later + 3s));
    EXPECT_EQ(2, lookups);
    EXPECT_NE(std::string::npos, third.error().find("no time"));
}

TEST(Connector, ASingleNameIsLookedUpAtOnce)
{
    const Listener listener;
    lookups = 0;
    Connector name(listener.named("live.invalid"), 2s);
    name.lookUpNow();
    EXPECT_EQ(1, lookups);
    EXPECT_EQ(Connector::State::connected, name.advance(std::chrono::steady_clock::now()));
    EXPECT_TRUE(name.isLocal());
}

} // namespace netsane::test

// Stands before libc's: live.invalid is loopback, other names are unknown. The library gives back what it is given by
// freeaddrinfo, so this one is here too.
extern "C" int getaddrinfo(const char *host, const char *port, const addrinfo *hints, addrinfo **found)
{
    static sockaddr_in in;
    static addrinfo entry;
    in = {};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    const bool numeric = ::inet_pton(AF_INET, host, &in.sin_addr) == 1;
    if (!numeric) {
        if (hints->ai_flags & AI_NUMERICHOST)
            return EAI_NONAME;
        ++netsane::test::lookups;
        if (std::strcmp(host, "live.invalid") != 0)
            return EAI_NONAME;
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    entry = {};
    entry.ai_family = AF_INET;
    entry.ai_addrlen = sizeof in;
    entry.ai_addr = reinterpret_cast<sockaddr *>(&in);
    *found = &entry;
    return 0;
}

extern "C" void freeaddrinfo(addrinfo *) noexcept {}
