#include "config/CidrPrefix.hxx"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

using namespace netsane;

namespace {

using Bytes = std::vector<std::byte>;

Bytes address(const char *text)
{
    Bytes bytes(16);
    if (::inet_pton(AF_INET, text, bytes.data()) == 1)
        bytes.resize(4);
    else
        EXPECT_EQ(::inet_pton(AF_INET6, text, bytes.data()), 1) << text;
    return bytes;
}

std::string text(const Bytes &bytes)
{
    char result[INET6_ADDRSTRLEN];
    return ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), result, sizeof result);
}

Bytes flipped(Bytes bytes, unsigned bit)
{
    bytes[bit / 8] ^= std::byte{0x80} >> static_cast<int>(bit % 8);
    return bytes;
}

Bytes masked(Bytes bytes, unsigned length)
{
    for (unsigned bit = length; bit < bytes.size() * 8; ++bit)
        bytes[bit / 8] &= ~(std::byte{0x80} >> static_cast<int>(bit % 8));
    return bytes;
}

// Every length: an address in the block stays in it whichever bit behind the prefix is flipped, and leaves it with
// every bit of the prefix.
void checkEveryLength(const char *base)
{
    const Bytes inside = address(base);
    const auto bits = static_cast<unsigned>(inside.size() * 8);
    for (unsigned length = 0; length <= bits; ++length) {
        const std::string block = text(masked(inside, length)) + "/" + std::to_string(length);
        const auto prefix = CidrPrefix::parse(block);
        EXPECT_EQ(prefix.length(), length);
        EXPECT_EQ(prefix.toString(), block);
        EXPECT_TRUE(prefix.contains(inside)) << block;
        for (unsigned bit = 0; bit < bits; ++bit)
            EXPECT_EQ(prefix.contains(flipped(inside, bit)), bit >= length) << block << " bit " << bit;
    }
}

} // namespace

TEST(CidrPrefix, EveryLengthOfIpv4)
{
    checkEveryLength("172.27.181.254");
    checkEveryLength("255.255.255.255");
    checkEveryLength("0.0.0.1");
}

TEST(CidrPrefix, EveryLengthOfIpv6)
{
    checkEveryLength("2001:db8:a55a:0:ffff:1:8000:fe");
    checkEveryLength("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    checkEveryLength("8000::1");
}

TEST(CidrPrefix, LengthWithinAByte)
{
    const auto prefix = CidrPrefix::parse("172.16.16.0/20");
    EXPECT_TRUE(prefix.contains(address("172.16.16.0")));
    EXPECT_TRUE(prefix.contains(address("172.16.31.255")));
    EXPECT_FALSE(prefix.contains(address("172.16.32.0")));
    EXPECT_FALSE(prefix.contains(address("172.16.15.255")));
}

TEST(CidrPrefix, LoneAddressIsABlockOfOne)
{
    EXPECT_EQ(CidrPrefix::parse("10.0.0.1").toString(), "10.0.0.1/32");
    EXPECT_EQ(CidrPrefix::parse("::1").toString(), "::1/128");
}

TEST(CidrPrefix, MappedAddressesAreIpv4)
{
    const auto prefix = CidrPrefix::parse("192.168.0.0/16");
    EXPECT_TRUE(prefix.contains(address("::ffff:192.168.3.4")));
    EXPECT_FALSE(prefix.contains(address("::ffff:192.169.3.4")));
    EXPECT_FALSE(prefix.contains(address("::192.168.3.4"))) << "compatible isn't mapped";
    EXPECT_EQ(CidrPrefix::parse("::ffff:192.168.0.0/112").toString(), "192.168.0.0/16");
    EXPECT_EQ(CidrPrefix::parse("::ffff:10.1.2.3").toString(), "10.1.2.3/32");
    EXPECT_EQ(CidrPrefix::parse("::ffff:0:0/96").toString(), "0.0.0.0/0");
    EXPECT_TRUE(CidrPrefix::parse("::ffff:10.0.0.0/104").contains(address("10.9.9.9")));
}

TEST(CidrPrefix, FamiliesStayApart)
{
    EXPECT_FALSE(CidrPrefix::parse("::/0").contains(address("10.0.0.1")));
    EXPECT_FALSE(CidrPrefix::parse("::/0").contains(address("::ffff:10.0.0.1")));
    EXPECT_FALSE(CidrPrefix::parse("0.0.0.0/0").contains(address("2001:db8::1")));
    EXPECT_TRUE(CidrPrefix::parse("0.0.0.0/0").contains(address("10.0.0.1")));
    EXPECT_TRUE(CidrPrefix::parse("::/0").contains(address("::1")));
}

TEST(CidrPrefix, WhatIsNoAddressIsInNoBlock)
{
    const auto prefix = CidrPrefix::parse("0.0.0.0/0");
    for (const std::size_t size : {0u, 1u, 3u, 5u, 15u, 17u})
        EXPECT_FALSE(prefix.contains(Bytes(size))) << size;
}

TEST(CidrPrefix, RefusesMistakes)
{
    for (const char *const mistake : {"",
                                      "/",
                                      "/8",
                                      "10",
                                      "10.0.0",
                                      "10.0.0.0/",
                                      "10.0.0.0/33",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/+8",
                                      "10.0.0.0/8x",
                                      "10.0.0.0/8/8",
                                      "10.0.0.0/ 8",
                                      " 10.0.0.0/8",
                                      "10.0.0.0/4294967304",
                                      "010.0.0.1",
                                      "256.0.0.1",
                                      "localhost",
                                      "::/129",
                                      "::1::",
                                      "fe80::1%eth0",
                                      "fe80::%eth0/10",
                                      "[::1]",
                                      "::ffff:1.2.3.4/129",
                                      "unix",
                                      "*"})
        EXPECT_THROW(CidrPrefix::parse(mistake), std::invalid_argument) << mistake;
    EXPECT_THROW(CidrPrefix::parse(std::string_view("10.0.0.0\0/8", 11)), std::invalid_argument);
}

TEST(CidrPrefix, SaysWhichBlockIsMeant)
{
    try {
        CidrPrefix::parse("192.168.1.7/20");
        FAIL();
    } catch (const std::invalid_argument &error) {
        EXPECT_NE(std::string(error.what()).find("192.168.0.0/20"), std::string::npos) << error.what();
    }
    EXPECT_THROW(CidrPrefix::parse("2001:db8::1/64"), std::invalid_argument);
    EXPECT_THROW(CidrPrefix::parse("::ffff:10.0.0.1/96"), std::invalid_argument);
}
