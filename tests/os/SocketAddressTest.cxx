#include "os/SocketAddress.hxx"

#include <gtest/gtest.h>

#include "../util/Hex.hxx"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/un.h>

using namespace netsane;

namespace {

SocketAddress parsed(std::string_view text)
{
    const auto address = SocketAddress::parse(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(SocketAddress());
}

SocketAddress fromIpv6(const char *text, std::uint16_t port)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    return SocketAddress(reinterpret_cast<const sockaddr *>(&address), sizeof address);
}

} // namespace

TEST(SocketAddress, ReadsBackWhatItShows)
{
    for (const char *const text : {"192.168.1.7:6576", "0.0.0.0:0", "255.255.255.255:65535", "[::]:1", "[::1]:6576",
                                   "[2001:db8::5]:80", "[fe80::1%lo]:6576", "unix:", "unix:/run/netsane.sock", "none"})
        EXPECT_EQ(parsed(text).toString(), text);
}

TEST(SocketAddress, RefusesWhatItNeverShows)
{
    for (const char *const text :
         {"", ":", "192.168.1.7", "192.168.1.7:", "192.168.1.7:65536", "192.168.1.7:-1", "192.168.1.7:1x", "1:80",
          "0x7f000001:80", "localhost:80", "::1:80", "[::1]", "[::1]:", "[127.0.0.1]:80", "[::1:80", "[]:80",
          "[::1%nosuchinterface]:1", "300.1.1.1:80"})
        EXPECT_FALSE(SocketAddress::parse(text)) << text;
    EXPECT_FALSE(SocketAddress::parse("unix:/" + std::string(200, 'x')));
    EXPECT_FALSE(SocketAddress::parse(std::string("unix:/a\0b", 9)));
    EXPECT_FALSE(SocketAddress::parse(std::string("[::1\0]:80", 9)));
}

TEST(SocketAddress, TurnsMappedAddressesIntoIpv4)
{
    const auto mapped = fromIpv6("::ffff:192.168.1.7", 6576);
    EXPECT_EQ(mapped.toString(), "192.168.1.7:6576");
    EXPECT_EQ(toHex(mapped.addressBytes()), "c0a80107");
    EXPECT_EQ(mapped.limitKey(), "192.168.1.7");
    EXPECT_EQ(mapped.get()->sa_family, AF_INET);
    EXPECT_EQ(parsed("[::ffff:10.0.0.1]:5").toString(), "10.0.0.1:5");
    EXPECT_TRUE(fromIpv6("::ffff:127.9.9.9", 1).isLoopback());
    // IPv4-compatible (::a.b.c.d) is something else, and long dead.
    EXPECT_EQ(fromIpv6("::7f00:1", 1).addressBytes().size(), 16u);
    EXPECT_FALSE(fromIpv6("::127.0.0.1", 1).isLoopback());
}

TEST(SocketAddress, KnowsLoopback)
{
    for (const char *const text : {"127.0.0.1:1", "127.255.255.254:1", "[::1]:1", "unix:", "unix:/tmp/x"})
        EXPECT_TRUE(parsed(text).isLoopback()) << text;
    for (const char *const text : {"126.255.255.255:1", "128.0.0.1:1", "0.0.0.0:1", "[::]:1", "[::2]:1",
                                   "[fe80::1%lo]:1", "192.168.0.127:1", "none"})
        EXPECT_FALSE(parsed(text).isLoopback()) << text;
}

TEST(SocketAddress, CountsIpv6HostsByPrefix)
{
    EXPECT_EQ(parsed("[2001:db8:1:2:3:4:5:6]:1").limitKey(), "2001:db8:1:2::/64");
    EXPECT_EQ(parsed("[2001:db8:1:2::1]:9").limitKey(), "2001:db8:1:2::/64");
    EXPECT_NE(parsed("[2001:db8:1:3::1]:9").limitKey(), "2001:db8:1:2::/64");
    EXPECT_EQ(parsed("[fe80::1%lo]:1").limitKey(), "fe80::1%lo");
    EXPECT_EQ(parsed("10.1.2.3:1").limitKey(), "10.1.2.3");
    EXPECT_EQ(parsed("unix:/a").limitKey(), "unix");
    EXPECT_EQ(SocketAddress().limitKey(), "none");
}

TEST(SocketAddress, ShowsHostsWithoutPorts)
{
    EXPECT_EQ(parsed("[2001:db8::5]:80").hostText(), "2001:db8::5");
    EXPECT_EQ(parsed("10.0.0.1:80").hostText(), "10.0.0.1");
    EXPECT_EQ(parsed("unix:/a").hostText(), "unix");
    EXPECT_EQ(SocketAddress().hostText(), "none");
}

TEST(SocketAddress, ChangesThePort)
{
    EXPECT_EQ(parsed("10.0.0.1:80").withPort(81).toString(), "10.0.0.1:81");
    EXPECT_EQ(parsed("[::1]:80").withPort(0).toString(), "[::1]:0");
    EXPECT_EQ(parsed("unix:/a").withPort(7).toString(), "unix:/a");
}

TEST(SocketAddress, TakesCutOrForeignAddressesAsNone)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr.s6_addr[15] = 1;
    for (socklen_t length = 0; length < sizeof address; ++length) {
        const SocketAddress cut(reinterpret_cast<const sockaddr *>(&address), length);
        EXPECT_EQ(cut.toString(), "none") << length;
        EXPECT_FALSE(cut.isLoopback());
    }
    address.sin6_family = AF_APPLETALK;
    EXPECT_EQ(SocketAddress(reinterpret_cast<const sockaddr *>(&address), sizeof address).toString(), "none");
}

TEST(SocketAddress, MakesUnixNamesPrintable)
{
    // A client binds its own end to whatever name it likes.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name("\0x\n\x1b[2J\xff", 8);
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(SocketAddress(reinterpret_cast<const sockaddr *>(&address), size).toString(), "unix:@x??[2J?");
    std::memset(address.sun_path, 'a', sizeof address.sun_path); // the longest path has no NUL
    const SocketAddress longest(reinterpret_cast<const sockaddr *>(&address), sizeof address);
    EXPECT_EQ(longest.toString(), "unix:" + std::string(sizeof address.sun_path, 'a'));
}
