#include "daemon/Settling.hxx"

#include <gtest/gtest.h>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

constexpr SettlingTimes times{1000ms, 5000ms, 10000ms};
const TimePoint start = TimePoint() + 1h;

} // namespace

TEST(Settling, WaitsUntilAllIsQuiet)
{
    Settling settling(times);
    EXPECT_EQ(settling.happened(start), 1000ms);
    EXPECT_EQ(settling.happened(start + 600ms), 1000ms);
    EXPECT_EQ(settling.happened(start + 1500ms), 1000ms);
}

TEST(Settling, IsNotPutOffForEver)
{
    Settling settling(times);
    for (auto time = 0ms; time < 4000ms; time += 500ms)
        EXPECT_EQ(settling.happened(start + time), 1000ms);
    EXPECT_EQ(settling.happened(start + 4500ms), 500ms);
    EXPECT_EQ(settling.happened(start + 6000ms), 0ms);
}

TEST(Settling, DoesNotActTooOften)
{
    Settling settling(times);
    settling.happened(start);
    settling.acted(start + 1s);
    EXPECT_EQ(settling.happened(start + 2s), 9000ms);
    EXPECT_EQ(settling.happened(start + 10500ms), 500ms) << "the first of these is long ago";
    settling.acted(start + 11s);
    EXPECT_EQ(settling.happened(start + 60s), 1000ms);
}
