#include "daemon/ConnectionTable.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

Peer from(const char *text)
{
    return {SocketAddress::parse(text).value(), {}};
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
    EXPECT_EQ(table.judge(from("192.0.2.1:6"), 9, 2), "");
    EXPECT_NE(table.judge(from("192.0.2.1:6"), 9, 1), "");
    EXPECT_EQ(table.judge(from("192.0.2.2:6"), 9, 1), "");
    EXPECT_NE(table.judge(from("192.0.2.2:6"), 1, 9), "");
    table.remove(first);
    table.remove(first);
    EXPECT_EQ(table.judge(from("192.0.2.1:6"), 1, 1), "");
}

TEST(ConnectionTable, CountsUsersOfUnixSocketsApart)
{
    ConnectionTable table;
    table.add(localUser(1000));
    EXPECT_NE(table.judge(localUser(1000), 9, 1), "");
    EXPECT_EQ(table.judge(localUser(1001), 9, 1), "");
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
