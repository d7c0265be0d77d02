#include "daemon/ConnectionTable.hxx"

#include <algorithm>
#include <gtest/gtest.h>

using namespace netsane;

namespace {

Peer from(const char *text)
{
    return {SocketAddress::parse(text).value(), {}};
}

ConnectionTable::Limits limits(std::size_t connections, std::size_t per_host)
{
    return {connections, per_host, 100, 100};
}

Peer localUser(uid_t uid)
{
    return {SocketAddress::parse("unix:").value(), uid};
}

} // namespace

TEST(Peer, NamesTheUserOfAUnixSocket)
{
    EXPECT_EQ(localUser(1000).toString(), "unix uid 1000");
    EXPECT_EQ(localUser(1000).hostText(), "unix uid 1000");
    EXPECT_EQ(from("192.0.2.1:5").toString(), "192.0.2.1:5");
    EXPECT_EQ(from("192.0.2.1:5").hostText(), "192.0.2.1");
}

TEST(ConnectionTable, CountsInAllAndPerHost)
{
    ConnectionTable table;
    const auto first = table.add(from("192.0.2.1:5"));
    EXPECT_EQ(table.judge(from("192.0.2.1:6"), limits(9, 2)), "");
    EXPECT_NE(table.judge(from("192.0.2.1:6"), limits(9, 1)), "");
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), limits(9, 1)), "");
    EXPECT_NE(table.judge(from("192.0.2.2:6"), limits(1, 9)), "");
    table.remove(first);
    table.remove(first);
    EXPECT_EQ(table.judge(from("192.0.2.1:6"), limits(1, 1)), "");
}

TEST(ConnectionTable, KeepsPlacesForThoseWhoAreKnown)
{
    ConnectionTable table;
    const ConnectionTable::Limits few{9, 9, 100, 1};
    const auto first = table.add(from("192.0.2.1:5"));
    EXPECT_NE(table.judge(from("192.0.2.1:6"), few), "");
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), few), "");
    table.noLongerStranger(first);
    table.noLongerStranger(first);
    table.noLongerStranger(first + 1);
    EXPECT_EQ(table.judge(from("192.0.2.1:6"), few), "");
    const auto second = table.add(from("192.0.2.1:6"));
    EXPECT_NE(table.judge(from("192.0.2.1:7"), few), "");
    table.remove(first); // who was no stranger leaves no stranger's place
    EXPECT_NE(table.judge(from("192.0.2.1:7"), few), "");
    table.remove(second);
    EXPECT_EQ(table.judge(from("192.0.2.1:7"), few), "");
}

TEST(ConnectionTable, LetsChanceDecideMoreAndMoreOften)
{
    std::size_t face = 0;
    std::size_t sides = 0;
    ConnectionTable table([&](std::size_t count) {
        sides = count;
        return face;
    });
    const ConnectionTable::Limits ten{99, 99, 10, 99};
    const auto hasRoom = [&] { return table.roomFor(from("192.0.2.2:6"), ten).in_the_way.empty(); };
    for (int i = 0; i < 5; ++i)
        table.add(from("192.0.2.1:5"));
    EXPECT_TRUE(hasRoom());
    EXPECT_EQ(sides, 0u); // not asked yet
    table.add(from("192.0.2.1:5"));
    EXPECT_FALSE(hasRoom());
    EXPECT_EQ(sides, 5u);
    face = 1;
    EXPECT_TRUE(hasRoom());
    for (int i = 0; i < 3; ++i)
        table.add(from("192.0.2.1:5"));
    EXPECT_FALSE(hasRoom());
    EXPECT_FALSE(table.roomFor(from("192.0.2.2:6"), ten).is_full);
    face = 4;
    EXPECT_TRUE(hasRoom());
    table.add(from("192.0.2.1:5"));
    EXPECT_FALSE(hasRoom());
    EXPECT_TRUE(table.roomFor(from("192.0.2.2:6"), ten).is_full);
    table.clear();
    EXPECT_TRUE(hasRoom());
}

TEST(ConnectionTable, TakesTheOldestOfTheHostThatHasTheMost)
{
    using Ids = std::vector<ConnectionId>;
    ConnectionTable table;
    const ConnectionTable::Limits six{99, 99, 6, 99};
    const auto inTheWayOf = [&](const char *peer) { return table.roomFor(from(peer), six).in_the_way; };
    const auto lone = table.add(from("192.0.2.1:1"));
    const auto first = table.add(from("192.0.2.2:1"));
    const auto other = table.add(from("192.0.2.3:1"));
    const auto second = table.add(from("192.0.2.2:2"));
    const auto third = table.add(from("192.0.2.2:3"));
    const auto other_second = table.add(from("192.0.2.3:2"));
    EXPECT_EQ(inTheWayOf("192.0.2.9:1"), (Ids{first, second, third}));
    EXPECT_EQ(inTheWayOf("192.0.2.3:1"), (Ids{first, second, third})) << "with as many it isn't ahead yet";
    EXPECT_EQ(inTheWayOf("192.0.2.2:1"), (Ids{first, second, third})) << "its own";
    table.noLongerStranger(first);
    table.add(from("192.0.2.4:1"));
    EXPECT_EQ(inTheWayOf("192.0.2.9:1"), (Ids{other, second, third, other_second})) << "of two that have as many";
    EXPECT_EQ(inTheWayOf("192.0.2.3:1"), (Ids{other, other_second})) << "with one more it would be ahead";
    EXPECT_EQ(std::ranges::count(inTheWayOf("192.0.2.9:1"), lone), 0);
}

TEST(ConnectionTable, NamesNoMoreThanAPacketHolds)
{
    ConnectionTable table;
    for (std::size_t i = 0; i < 2 * ConnectionTable::max_in_the_way; ++i)
        table.add(from("192.0.2.1:1"));
    const auto room = table.roomFor(from("192.0.2.2:1"), {9999, 9999, 10, 9999});
    EXPECT_EQ(room.in_the_way.size(), ConnectionTable::max_in_the_way);
    EXPECT_EQ(room.in_the_way.front(), 1u);
}

TEST(ConnectionTable, CountsUsersOfUnixSocketsApart)
{
    ConnectionTable table;
    table.add(localUser(1000));
    EXPECT_NE(table.judge(localUser(1000), limits(9, 1)), "");
    EXPECT_EQ(table.judge(localUser(1001), limits(9, 1)), "");
}

TEST(ConnectionTable, KnowsTheHostOfAConnectionThatHasEnded)
{
    ConnectionTable table;
    const auto id = table.add(from("192.0.2.1:5"));
    EXPECT_EQ(table.peer(id)->hostText(), "192.0.2.1");
    table.clear();
    EXPECT_EQ(table.find(id), nullptr);
    EXPECT_EQ(table.peer(id)->hostText(), "192.0.2.1");
    EXPECT_EQ(table.peer(id + 1).has_value(), false);
    for (int i = 0; i < 10000; ++i)
        table.remove(table.add(from("192.0.2.1:5")));
    EXPECT_EQ(table.peer(id).has_value(), false) << "not for ever";
}

TEST(ConnectionTable, KnowsItsBusiestHost)
{
    ConnectionTable table;
    EXPECT_EQ(table.busiestHost().second, 0U);
    const TimePoint now = EventLoop::now();
    const auto first = table.add(from("192.0.2.1:5"), now);
    table.add(from("192.0.2.2:5"), now);
    const auto third = table.add(from("192.0.2.2:6"), now + Milliseconds(7));
    EXPECT_EQ(table.busiestHost(), (std::pair<std::string, std::size_t>("192.0.2.2", 2)));
    EXPECT_EQ(table.find(third)->since, now + Milliseconds(7));
    EXPECT_EQ(table.strangers(), 3U);
    table.noLongerStranger(first);
    EXPECT_EQ(table.strangers(), 2U);
}
