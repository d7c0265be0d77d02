#include "protocol/OutstandingRequests.hxx"

#include <gtest/gtest.h>

namespace netsane {

namespace {

void add(OutstandingRequests &requests, Command command, std::size_t count)
{
    for (; count != 0; --count) {
        ASSERT_TRUE(requests.hasRoom(command));
        requests.add(command);
    }
}

} // namespace

TEST(OutstandingRequests, SixtyFourOfAnyKind)
{
    OutstandingRequests requests;
    add(requests, Command::read, 60);
    EXPECT_EQ(3U, requests.readsAllowed());
    add(requests, Command::abort, 3);
    EXPECT_EQ(0U, requests.readsAllowed()) << "the last place is for an ABRT";
    add(requests, Command::init, 1);
    EXPECT_FALSE(requests.hasRoom(Command::read));
    EXPECT_FALSE(requests.hasRoom(Command::abort));
    EXPECT_EQ(0U, requests.readsAllowed());
    requests.remove(Command::read);
    EXPECT_TRUE(requests.hasRoom(Command::abort));
}

TEST(OutstandingRequests, SixtyFourOthersAmongManyReads)
{
    OutstandingRequests requests;
    requests.allowManyReads();
    add(requests, Command::get_option, 64);
    EXPECT_FALSE(requests.hasRoom(Command::abort));
    add(requests, Command::read, 960);
    EXPECT_EQ(1024U, requests.count());
    EXPECT_FALSE(requests.hasRoom(Command::read));
    requests.remove(Command::read);
    EXPECT_FALSE(requests.hasRoom(Command::abort));
    EXPECT_TRUE(requests.hasRoom(Command::read));
    requests.remove(Command::get_option);
    EXPECT_TRUE(requests.hasRoom(Command::abort));
    requests.clear();
    EXPECT_EQ(1023U, requests.readsAllowed());
}

TEST(OutstandingRequests, WhatIsOutstandingStaysSoWhenThePermissionEnds)
{
    OutstandingRequests requests;
    requests.allowManyReads();
    add(requests, Command::read, 100);
    requests.allowManyReads(false);
    EXPECT_EQ(100U, requests.count());
    EXPECT_FALSE(requests.hasRoom(Command::read));
    EXPECT_FALSE(requests.hasRoom(Command::abort));
    EXPECT_EQ(0U, requests.readsAllowed());
}

} // namespace netsane
