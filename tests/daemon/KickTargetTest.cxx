#include "daemon/KickTarget.hxx"

#include <gtest/gtest.h>
#include <stdexcept>

using namespace netsane;

namespace {

const std::vector<std::string> devices{"test:0", "net:a b:1"};

ConnectionTable::Client client(const char *address, const char *user = nullptr)
{
    ConnectionTable::Client made{{SocketAddress::parse(address).value(), {}}};
    if (user)
        made.user = user;
    return made;
}

// Of the connection 17, of alice from 192.0.2.7.
bool means(const std::string &line)
{
    return KickTarget(ControlRequest::parse("kick " + line)).matches(17, client("192.0.2.7:5", "alice"), devices);
}

} // namespace

TEST(KickTarget, GuessesWhatIsMeant)
{
    EXPECT_TRUE(means("any 17"));
    EXPECT_FALSE(means("any 1"));
    EXPECT_FALSE(means("any 170"));
    EXPECT_TRUE(means("any alice"));
    EXPECT_FALSE(means("any alic"));
    EXPECT_FALSE(means("any *"));
    EXPECT_TRUE(means("any 192.0.2.7"));
    EXPECT_TRUE(means("any 192.0.2.0/24"));
    EXPECT_FALSE(means("any 192.0.2.8"));
    EXPECT_TRUE(means("any test:0"));
    EXPECT_TRUE(means("any net:a b:1"));
    EXPECT_FALSE(means("any test"));
    EXPECT_FALSE(means("any unix"));
}

TEST(KickTarget, TakesWhatIsSaid)
{
    EXPECT_TRUE(means("connection 17"));
    EXPECT_FALSE(means("user 17"));
    EXPECT_TRUE(means("user alice"));
    EXPECT_FALSE(means("device alice"));
    EXPECT_FALSE(means("user test:0"));
    EXPECT_TRUE(means("device test:0"));
    EXPECT_TRUE(means("address 192.0.2.7"));
    EXPECT_FALSE(means("user 192.0.2.7"));
}

TEST(KickTarget, MeansNobodyWhoHasNotLoggedIn)
{
    const KickTarget target(ControlRequest::parse("kick any alice"));
    EXPECT_FALSE(target.matches(17, client("192.0.2.7:5"), {}));
}

TEST(KickTarget, MeansUnixSockets)
{
    const KickTarget target(ControlRequest::parse("kick any unix"));
    EXPECT_TRUE(target.matches(1, client("unix:"), {}));
    EXPECT_FALSE(target.matches(1, client("127.0.0.1:5"), {}));
}

TEST(KickTarget, RefusesWhatCanNotBe)
{
    for (const auto *const line : {"kick connection x", "kick connection 1x", "kick connection 99999999999999999999",
                                   "kick any 99999999999999999999", "kick address alice", "kick address 192.0.2.7/24"})
        EXPECT_THROW(KickTarget(ControlRequest::parse(line)), std::invalid_argument) << line;
}
