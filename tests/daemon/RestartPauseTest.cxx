#include "daemon/RestartPause.hxx"

#include <gtest/gtest.h>

namespace netsane {

using namespace std::chrono_literals;

TEST(RestartPause, GrowsWhileTheProcessEndsEarly)
{
    RestartPause pause;
    Milliseconds expected = RestartPause::first;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(pause.next(1s), expected);
        expected = std::min(expected * 2, RestartPause::longest);
    }
    EXPECT_EQ(pause.next(1s), RestartPause::longest);
}

TEST(RestartPause, NoneForOneThatRanWell)
{
    RestartPause pause;
    pause.next(1s);
    pause.next(1s);
    EXPECT_EQ(pause.next(31s), 0ms);
    EXPECT_EQ(pause.next(1s), RestartPause::first);
}

TEST(RestartPause, BeginsAnewOnRequest)
{
    RestartPause pause;
    pause.next(1s);
    pause.next(1s);
    pause.reset();
    EXPECT_EQ(pause.next(1s), RestartPause::first);
}

} // namespace netsane
