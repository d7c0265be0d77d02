#include "daemon/HolderGrace.hxx"

#include <gtest/gtest.h>

using namespace netsane;
using namespace std::chrono_literals;

TEST(HolderGrace, IsHalfASecondFromTheFirstLook)
{
    const auto begin = HolderGrace::TimePoint() + 1h;
    HolderGrace grace;
    EXPECT_FALSE(grace.end());
    EXPECT_TRUE(grace.mayWait(begin));
    EXPECT_EQ(begin + 500ms, grace.end());
    EXPECT_TRUE(grace.mayWait(begin + 499ms));
    EXPECT_EQ(begin + 500ms, grace.end()) << "later looks don't prolong it";
    EXPECT_FALSE(grace.mayWait(begin + 500ms));
    EXPECT_FALSE(grace.mayWait(begin + 1h));
}
