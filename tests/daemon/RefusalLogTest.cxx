#include "daemon/RefusalLog.hxx"

#include <gtest/gtest.h>

using namespace netsane;
using namespace std::chrono_literals;

TEST(RefusalLog, LogsOneASecondAndCountsTheOthers)
{
    RefusalLog log;
    const TimePoint start{1000h};
    EXPECT_TRUE(log.mayLog(start));
    for (int i = 0; i < 99; ++i)
        EXPECT_FALSE(log.mayLog(start + 10ms * i));
    EXPECT_EQ(log.counted(), 99U);
    EXPECT_EQ(log.takeCount(), 99U);
    EXPECT_EQ(log.takeCount(), 0U);
    EXPECT_TRUE(log.mayLog(start + RefusalLog::interval));
    EXPECT_FALSE(log.mayLog(start + RefusalLog::interval));
}
