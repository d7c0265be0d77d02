#include "client/ReplyTimer.hxx"

#include <gtest/gtest.h>

namespace netsane::test {

using namespace std::chrono_literals;

TEST(ReplyTimer, TakesTheTimeOfTheFirstReplyWhereNoneWasAwaited)
{
    ReplyTimer timer;
    ReplyTimer::TimePoint now{1h};
    EXPECT_FALSE(timer.shortest());
    timer.sent(2, now);
    timer.sent(3, now + 1s); // behind those
    timer.replied(now + 2s);
    EXPECT_EQ(2s, timer.shortest());
    timer.replied(now + 2s);
    timer.sent(2, now + 3s); // one of them is awaited longer
    timer.replied(now + 3s);
    timer.replied(now + 4s);
    EXPECT_EQ(2s, timer.shortest());
    timer.sent(1, now + 5s);
    timer.replied(now + 6s);
    EXPECT_EQ(1s, timer.shortest());
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
