#include "daemon/PenaltyTable.hxx"

#include <gtest/gtest.h>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000h};

void fail(PenaltyTable &table, const std::string &host, int times, TimePoint when, Milliseconds delay = 2s)
{
    for (int i = 0; i < times; ++i)
        table.loginFailed(host, delay, when);
}

} // namespace

TEST(PenaltyTable, ForgivesAFewFailures)
{
    PenaltyTable table;
    fail(table, "a", PenaltyTable::free_failures, start);
    EXPECT_EQ(table.penalty("a", start), 0ms);
}

TEST(PenaltyTable, DoublesUpToAMinute)
{
    PenaltyTable table;
    fail(table, "a", PenaltyTable::free_failures, start);
    for (const auto expected : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        fail(table, "a", 1, start);
        EXPECT_EQ(table.penalty("a", start), expected);
    }
    fail(table, "a", 10000, start);
    EXPECT_EQ(table.penalty("a", start), 60s);
}

TEST(PenaltyTable, Ends)
{
    PenaltyTable table;
    fail(table, "a", 5, start);
    EXPECT_EQ(table.penalty("a", start + 1500ms), 500ms);
    EXPECT_EQ(table.penalty("a", start + 2s), 0ms);
}

TEST(PenaltyTable, IsForOneHost)
{
    PenaltyTable table;
    fail(table, "a", 20, start);
    EXPECT_EQ(table.penalty("b", start), 0ms);
}

TEST(PenaltyTable, ForgetsFailuresThatAreOld)
{
    PenaltyTable table;
    fail(table, "a", 4, start);
    fail(table, "a", 1, start + PenaltyTable::window);
    EXPECT_EQ(table.penalty("a", start + PenaltyTable::window), 0ms);
    fail(table, "a", 4, start + PenaltyTable::window + 1s);
    EXPECT_GT(table.penalty("a", start + PenaltyTable::window + 1s), 0ms);
}

TEST(PenaltyTable, DoesNothingWithoutADelay)
{
    PenaltyTable table;
    fail(table, "a", 100, start, 0ms);
    EXPECT_EQ(table.penalty("a", start), 0ms);
    EXPECT_EQ(table.size(), 0U);
}

TEST(PenaltyTable, HasNoCapBelowTheDelayItself)
{
    PenaltyTable table;
    fail(table, "a", 6, start, 90s);
    EXPECT_EQ(table.penalty("a", start), 90s);
}

TEST(PenaltyTable, IsBoundedAndForgetsTheLongestSilentHost)
{
    PenaltyTable table(3);
    fail(table, "old", 5, start);
    fail(table, "b", 5, start + 1s);
    fail(table, "c", 5, start + 2s);
    fail(table, "d", 5, start + 3s);
    EXPECT_EQ(table.size(), 3U);
    EXPECT_EQ(table.penalty("old", start + 1s), 0ms);
    EXPECT_GT(table.penalty("b", start + 2s), 0ms);
    fail(table, "e", 1, start + 1h);
    EXPECT_EQ(table.size(), 1U) << "what is over goes first";
}

TEST(PenaltyTable, ListsTheLongestPenaltyFirst)
{
    PenaltyTable table;
    fail(table, "few", 1, start);
    fail(table, "some", PenaltyTable::free_failures + 1, start);
    fail(table, "many", PenaltyTable::free_failures + 3, start);
    const auto entries = table.entries(start);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].host, "many");
    EXPECT_EQ(entries[0].penalty, 8s);
    EXPECT_EQ(entries[0].failures, PenaltyTable::free_failures + 3);
    EXPECT_EQ(entries[1].host, "some");
    EXPECT_EQ(entries[2].host, "few");
    EXPECT_EQ(entries[2].penalty, 0s);
    EXPECT_TRUE(table.entries(start + PenaltyTable::window).empty());
}
