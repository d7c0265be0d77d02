#include "bench/TripCounter.hxx"

#include <gtest/gtest.h>

namespace netsane {
namespace {

// What moves between client and server, at once.
class TripCounterTest : public testing::Test {
protected:
    void ask() { trips.serverLearns(trips.clientActs()); }
    void answer() { trips.clientLearns(trips.serverActs()); }
    void close() { trips.clientActs(); }

    TripCounter trips;
};

TEST_F(TripCounterTest, ConnectingIsOne)
{
    EXPECT_EQ(trips.roundTrips(), 0U);
    trips.clientConnects();
    EXPECT_EQ(trips.roundTrips(), 1U);
}

TEST_F(TripCounterTest, AQuestionAndItsAnswerAreOne)
{
    trips.serverLearns(trips.clientConnects());
    for (int i = 0; i < 3; ++i) {
        ask();
        answer();
    }
    close();
    EXPECT_EQ(trips.roundTrips(), 4U);
}

TEST_F(TripCounterTest, PiecesCountNothing)
{
    trips.serverLearns(trips.clientConnects());
    ask();
    ask();
    answer();
    answer();
    close();
    EXPECT_EQ(trips.roundTrips(), 2U);
}

TEST_F(TripCounterTest, WaitingForAGreetingIsOne)
{
    trips.serverLearns(trips.clientConnects());
    answer();
    ask();
    answer();
    close();
    EXPECT_EQ(trips.roundTrips(), 3U);
}

TEST_F(TripCounterTest, AGreetingThatNobodyWaitsForIsNone)
{
    const auto connected = trips.clientConnects();
    const auto question = trips.clientActs();
    trips.serverLearns(connected);
    const auto greeting = trips.serverActs();
    trips.serverLearns(question);
    const auto reply = trips.serverActs();
    trips.clientLearns(greeting);
    trips.clientLearns(reply);
    close();
    EXPECT_EQ(trips.roundTrips(), 2U);
}

TEST_F(TripCounterTest, AnAnswerThatTheClientDoesNothingBehindIsNone)
{
    trips.serverLearns(trips.clientConnects());
    ask();
    close();
    answer();
    EXPECT_EQ(trips.roundTrips(), 1U);
}

// Eight questions are outstanding all the time: an answer brings the next question. Each window is one.
TEST_F(TripCounterTest, AStreamOfQuestionsCountsItsWindows)
{
    constexpr int window = 8;
    constexpr unsigned windows = 5;
    trips.serverLearns(trips.clientConnects());
    TripCounter::Stamp under_way[window];
    for (auto &stamp : under_way)
        stamp = trips.clientActs();
    for (unsigned i = 0; i < windows; ++i) {
        TripCounter::Stamp answers[window];
        for (int k = 0; k < window; ++k) {
            trips.serverLearns(under_way[k]);
            answers[k] = trips.serverActs();
        }
        for (int k = 0; k < window; ++k) {
            trips.clientLearns(answers[k]);
            under_way[k] = trips.clientActs();
        }
    }
    EXPECT_EQ(trips.roundTrips(), 1 + windows);
}

TEST_F(TripCounterTest, AConnectionMadeBecauseOfAnAnswerComesOnTop)
{
    trips.serverLearns(trips.clientConnects());
    ask();
    answer();
    trips.serverLearns(trips.clientConnects());
    answer();
    close();
    EXPECT_EQ(trips.roundTrips(), 4U);
}

} // namespace
} // namespace netsane
