#include "tool/scan/ScanProgress.hxx"

#include <gtest/gtest.h>

using namespace netsane;

TEST(ScanProgress, ShowsShareSpeedAndTimeLeft)
{
    EXPECT_EQ(progressLine({"page 3", 5'700'000, 10'000'000, 2}, {80, false, false}),
              "page 3  ######################------------------   57%    2.85 MB/s  0:02 left ");
    EXPECT_EQ(progressLine({"page", 0, 1000, 0}, {60, false, false}).find("left"), std::string::npos)
        << "nothing is known at the beginning";
}

TEST(ScanProgress, NeverIsWiderThanTheTerminal)
{
    for (std::size_t columns = 2; columns < 200; ++columns) {
        for (const std::uint64_t bytes : {0ULL, 1ULL, 999ULL, 123'456'789ULL, 99'999'999'999ULL}) {
            EXPECT_LT(progressLine({"page 3", bytes, 100'000'000'000, 3}, {columns, false, false}).size(), columns);
            EXPECT_LT(progressLine({"page 3", bytes, std::nullopt, 3}, {columns, false, false}).size(), columns);
        }
    }
}

TEST(ScanProgress, KeepsItsColumns)
{
    const auto width = progressLine({"page", 1000, 1'000'000'000, 1}, {80, false, false}).size();
    for (const std::uint64_t bytes : {0ULL, 900ULL, 50'000ULL, 5'000'000ULL, 500'000'000ULL, 1'000'000'000ULL})
        EXPECT_EQ(progressLine({"page", bytes, 1'000'000'000, 1}, {80, false, false}).size(), width) << bytes;
}

TEST(ScanProgress, ClaimsNothingOfAnUnknownLength)
{
    const auto line = progressLine({"page", 5'000'000, std::nullopt, 2}, {80, false, false});
    EXPECT_NE(line.find("5.00 MB"), std::string::npos) << line;
    EXPECT_NE(line.find("2.50 MB/s"), std::string::npos) << line;
    EXPECT_EQ(line.find('%'), std::string::npos);
}

TEST(ScanProgress, HasColoursOnlyWhereTheyAreWanted)
{
    EXPECT_NE(progressLine({"page", 5, 10, 1}, {80, true, true}).find("\033[32m"), std::string::npos);
    EXPECT_EQ(progressLine({"page", 5, 10, 1}, {80, false, true}).find('\033'), std::string::npos);
}
