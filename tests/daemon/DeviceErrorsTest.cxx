#include "daemon/DeviceErrors.hxx"

#include <gtest/gtest.h>

using namespace netsane;

TEST(DeviceErrors, KeepsTheLastOfEachDevice)
{
    DeviceErrors errors;
    const TimePoint begin;
    errors.add("a", "first", begin);
    errors.add("a", "second", begin + Milliseconds(1));
    errors.add("b", "other", begin);
    ASSERT_NE(errors.find("a"), nullptr);
    EXPECT_EQ(errors.find("a")->text, "second");
    EXPECT_EQ(errors.find("b")->text, "other");
    EXPECT_EQ(errors.find("c"), nullptr);
}

TEST(DeviceErrors, ForgetsTheOldestWhenFull)
{
    DeviceErrors errors;
    TimePoint now;
    for (std::size_t i = 0; i <= DeviceErrors::max_devices; ++i)
        errors.add(std::to_string(i), "x", now += Milliseconds(1));
    EXPECT_EQ(errors.find("0"), nullptr);
    EXPECT_NE(errors.find("1"), nullptr);
    EXPECT_NE(errors.find(std::to_string(DeviceErrors::max_devices)), nullptr);
}
