#include "discovery/PublishedPlaces.hxx"

#include <gtest/gtest.h>

namespace netsane {

namespace {

using Family = PublishedPlace::Family;
using Places = std::vector<PublishedPlace>;

unsigned findInterface(const SocketAddress &address)
{
    const auto host = address.hostText();
    return host == "192.168.1.5" || host == "fd00::5" ? 2 : host == "10.0.0.5" ? 3 : 0;
}

Places places(const std::vector<std::string> &addresses)
{
    return publishedPlaces(addresses, findInterface);
}

} // namespace

TEST(PublishedPlaces, EveryAddressIsEveryInterface)
{
    EXPECT_EQ((Places{{0, Family::v4, 6576}, {0, Family::v6, 6576}}), places({"0.0.0.0:6576", "[::]:6576"}));
}

TEST(PublishedPlaces, AnAddressIsThatOfItsInterface)
{
    EXPECT_EQ((Places{{2, Family::v4, 7000}, {3, Family::v4, 7000}, {2, Family::v6, 7000}}),
              places({"192.168.1.5:7000", "10.0.0.5:7000", "[fd00::5]:7000"}));
    EXPECT_EQ(Places{}, places({"192.0.2.1:7000"})) << "nobody's";
}

TEST(PublishedPlaces, NothingThatCantBeReachedFromTheNetwork)
{
    EXPECT_EQ(Places{}, places({"127.0.0.1:6576", "[::1]:6576", "unix:/run/x", "192.168.1.5:0", "", "nonsense"}));
}

TEST(PublishedPlaces, HaveOnePort)
{
    EXPECT_EQ((Places{{0, Family::v4, 2}}), places({"192.168.1.5:1", "0.0.0.0:2", "[::]:3", "10.0.0.5:2"}));
    EXPECT_EQ((Places{{2, Family::v4, 1}}), places({"192.168.1.5:1", "192.168.1.5:2", "10.0.0.5:2"}));
}

TEST(PublishedPlaces, FindsInterfacesOfThisMachine)
{
    EXPECT_NE(0U, interfaceOf(*SocketAddress::parse("127.0.0.1:1")));
    EXPECT_EQ(0U, interfaceOf(*SocketAddress::parse("192.0.2.250:1")));
}

} // namespace netsane
