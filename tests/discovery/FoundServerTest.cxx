#include "discovery/FoundServer.hxx"

#include <gtest/gtest.h>

namespace netsane {

TEST(FoundServer, ALineIsReadAsItWasWritten)
{
    FoundServer server{"pi.local", 7000, "192.168.1.7", false, TlsOffer::required, "NETSANE on pi"};
    for (const std::string address : {"192.168.1.7", "fd00::2", "fe80::1%eth0"}) {
        server.address = address;
        const auto line = browseLine(server);
        ASSERT_TRUE(line.ends_with('\n'));
        const auto event = parseBrowseLine(std::string_view(line).substr(0, line.size() - 1));
        ASSERT_TRUE(event) << line;
        EXPECT_EQ(BrowseEvent::Kind::found, event->kind);
        EXPECT_EQ(server, event->server);
    }
}

TEST(FoundServer, WhatALineSaysToATerminalIsHarmless)
{
    const FoundServer server{
        "pi.local", 7000, "::1", true, TlsOffer::unknown, "a\nfound \x1b[1m" + std::string(2000, 'x')};
    const auto line = browseLine(server);
    EXPECT_EQ(line.size() - 1, line.find('\n'));
    EXPECT_LE(line.size(), max_browse_line_bytes);
    EXPECT_EQ(std::string::npos, line.find('\x1b'));
    EXPECT_EQ("no bus? there", parseBrowseLine("fault no bus\x07 there")->text);
}

TEST(FoundServer, OtherLines)
{
    EXPECT_EQ(BrowseEvent::Kind::seen, parseBrowseLine("seen")->kind);
    EXPECT_EQ(BrowseEvent::Kind::done, parseBrowseLine("done")->kind);
    EXPECT_EQ(BrowseEvent::Kind::fault, parseBrowseLine("fault")->kind);
}

TEST(FoundServer, LinesThatAreNotRight)
{
    const std::string good = "found pi.local 6576 10.0.0.1 there offered x";
    ASSERT_TRUE(parseBrowseLine(good));
    // without TLS and name it is one still
    for (std::size_t length = 0; length < good.find(" offered"); ++length)
        EXPECT_FALSE(parseBrowseLine(good.substr(0, length))) << good.substr(0, length);
    for (const std::string bad :
         {"", " ", "FOUND pi.local 6576 10.0.0.1 there offered x", "found  pi.local 6576 10.0.0.1 there offered x",
          "found pi.local 0 10.0.0.1 there offered x", "found pi.local 65536 10.0.0.1 there offered x",
          "found pi.local +1 10.0.0.1 there offered x", "found pi.example 1 10.0.0.1 there offered x",
          "found pi.local 1 pi.local there offered x", "found pi.local 1 127.0.0.1 there offered x",
          "found pi.local 1 10.0.0.1 elsewhere offered x"})
        EXPECT_FALSE(parseBrowseLine(bad)) << bad;
}

TEST(FoundServer, HostsAreThoseOfMulticastDns)
{
    EXPECT_EQ("pi.local", localHost("Pi.LOCAL."));
    EXPECT_EQ("a-b_1.c.local", localHost("a-b_1.c.local"));
    EXPECT_TRUE(localHost(std::string(247, 'x') + ".local"));
    for (const std::string bad :
         {"", ".", ".local", "local", "pi", "pi.local..", "pi..local", ".pi.local", "-pi.local", "pi.locale",
          "pi.local.example.org", "p i.local", "pi:1.local", "[x].local", "p\u00ef.local"})
        EXPECT_FALSE(localHost(bad)) << bad;
    EXPECT_FALSE(localHost(std::string(248, 'x') + ".local"));
    EXPECT_FALSE(localHost(std::string(1000, 'x') + ".local"));
    EXPECT_FALSE(localHost(std::string_view("pi\0.local", 9)));
}

TEST(FoundServer, LoopbackIsForThisMachineAlone)
{
    for (const std::string address : {"127.0.0.1", "127.9.9.9", "::1"}) {
        EXPECT_TRUE(isUsableAddress(address, true)) << address;
        EXPECT_FALSE(isUsableAddress(address, false)) << address;
    }
    for (const std::string good : {"192.168.1.7", "169.254.3.4", "2001:db8::1", "fe80::1%eth0.7"})
        EXPECT_TRUE(isUsableAddress(good, false)) << good;
    for (const std::string bad :
         {"",         "0.0.0.0",     "0.1.2.3",          "224.0.0.251",  "255.255.255.255",
          "::",       "ff02::fb",    "::ffff:127.0.0.1", "::127.0.0.1",  "fe80::1",
          "fe80::1%", "fe80::1%a%b", "fe80::1%a b",      "fe80::1%../x", "fe80::1%abcdefghijklmnopq",
          "127.1",    "0x7f000001",  "2130706433",       "localhost",    "1.2.3.4 "}) {
        EXPECT_FALSE(isUsableAddress(bad, false)) << bad;
        EXPECT_FALSE(isUsableAddress(bad, true)) << bad;
    }
}

} // namespace netsane
