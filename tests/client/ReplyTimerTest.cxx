#include "client/ReplyTimer.hxx"

#include <gtest/gtest.h>

namespace netsane::test {

using namespace std::chrono_literals;

TEST(ReplyTimer, TakesTheTimeOfTheLastRequestSent)
{
    ReplyTimer timer;
    ReplyTimer::TimePoint now{1h};
    EXPECT_FALSE(timer.shortest());
    timer.sent(3, now);
    timer.sent(4, now + 1s); // one at a time
    timer.replied(now + 2s);
    timer.replied(now + 3s);
    EXPECT_FALSE(timer.shortest());
    timer.replied(now + 4s);
    EXPECT_EQ(4s, timer.shortest());
    timer.replied(now + 5s);
    EXPECT_EQ(4s, timer.shortest());
}

TEST(ReplyTimer, KeepsTheShortest)
{
    ReplyTimer timer;
    ReplyTimer::TimePoint now{1h};
    for (const auto time : {5ms, 3ms, 9ms}) {
        timer.sent(1, now);
        timer.replied(now + time);
    }
    EXPECT_EQ(3ms, timer.shortest());
}

TEST(ReplyTimer, NothingOutstandingIsNothingToWaitFor)
{
    ReplyTimer timer;
    timer.sent(0, {});
    timer.replied(ReplyTimer::TimePoint{1h});
    EXPECT_FALSE(timer.shortest());
}

} // namespace netsane::test
