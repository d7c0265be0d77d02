#include "daemon/ConnectionTable.hxx"

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
    for (int i = 0; i < 5; ++i)
        table.add(from("192.0.2.1:5"));
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), ten), "");
    EXPECT_EQ(sides, 0u); // not asked yet
    table.add(from("192.0.2.1:5"));
    EXPECT_NE(table.judge(from("192.0.2.2:6"), ten), "");
    EXPECT_EQ(sides, 5u);
    face = 1;
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), ten), "");
    for (int i = 0; i < 3; ++i)
        table.add(from("192.0.2.1:5"));
    EXPECT_NE(table.judge(from("192.0.2.2:6"), ten), "");
    face = 4;
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), ten), "");
    table.add(from("192.0.2.1:5"));
    EXPECT_NE(table.judge(from("192.0.2.2:6"), ten), "");
    table.clear();
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), ten), "");
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
