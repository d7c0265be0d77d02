// The window of READs over simulated networks.

#include "backend/ReadWindow.hxx"

#include "protocol/Numbers.hxx"

#include <deque>
#include <gtest/gtest.h>

namespace netsane::test {

namespace {

using namespace std::chrono_literals;
using Duration = ReadWindow::Duration;
using TimePoint = ReadWindow::TimePoint;

// A server with a picture that is there at once, behind a network with a delay there and back and a rate.
class Network {
public:
    Network(Duration delay, double bytes_per_second) : delay_(delay), rate_(bytes_per_second) {}

    // Keeps the window full for this time; returns the rate in bytes per second.
    double run(ReadWindow &window, Duration time)
    {
        const auto end = now_ + time;
        std::uint64_t bytes = 0;
        window.beginFrame();
        while (now_ < end) {
            while (arrivals_.size() < window.reads(delay_)) {
                const auto block = std::chrono::duration<double>(ReadWindow::read_bytes / rate_);
                free_ = std::max(free_, now_ + delay_) + std::chrono::duration_cast<Duration>(block);
                arrivals_.push_back(free_);
            }
            now_ = arrivals_.front();
            arrivals_.pop_front();
            window.received(ReadWindow::read_bytes, delay_, now_);
            bytes += ReadWindow::read_bytes;
        }
        return static_cast<double>(bytes) / std::chrono::duration<double>(time).count();
    }

private:
    const Duration delay_;
    const double rate_;
    TimePoint now_{1h};
    TimePoint free_ = now_; // when the network has carried all that is under way
    std::deque<TimePoint> arrivals_;
};

constexpr std::size_t most = max_outstanding_with_reads - 1;

} // namespace

TEST(ReadWindow, IsSmallWhereTheServerIsNear)
{
    ReadWindow window;
    EXPECT_EQ(ReadWindow::min_reads, window.reads(std::nullopt));
    EXPECT_EQ(ReadWindow::min_reads, window.reads(100us));
    Network(100us, 1e9).run(window, 1s);
    EXPECT_EQ(ReadWindow::min_reads, window.reads(100us));
}

TEST(ReadWindow, CarriesAFastNetworkOverALongDelayFromTheStart)
{
    ReadWindow window;
    EXPECT_GE(window.reads(50ms) * ReadWindow::read_bytes, 50e6);
    EXPECT_LE(window.reads(50ms) * ReadWindow::read_bytes, 51e6);
    EXPECT_EQ(most, window.reads(1s));
    EXPECT_EQ(most, window.reads(1h));
    EXPECT_GE(Network(50ms, 700e6).run(window, 1s), 0.9 * 700e6);
}

TEST(ReadWindow, ShrinksToWhatASlowNetworkCarries)
{
    ReadWindow window;
    EXPECT_GE(Network(50ms, 10e6).run(window, 60s), 0.95 * 10e6);
    // twice 500 kB
    EXPECT_GE(window.reads(50ms), 15U);
    EXPECT_LE(window.reads(50ms), 18U);
}

TEST(ReadWindow, GrowsAgainWhenTheNetworkGetsFast)
{
    ReadWindow window;
    Network(50ms, 2e6).run(window, 60s);
    const auto before = window.reads(50ms);
    EXPECT_LE(before, ReadWindow::min_reads);
    // The window is all that holds up the data: it doubles with each round trip.
    Network fast(50ms, 700e6);
    fast.run(window, 200ms);
    EXPECT_GE(window.reads(50ms), 4 * before);
    fast.run(window, 800ms);
    EXPECT_GE(window.reads(50ms) * ReadWindow::read_bytes, 0.9 * 2 * 50e-3 * 700e6);
    EXPECT_GE(fast.run(window, 1s), 0.9 * 700e6);
}

TEST(ReadWindow, APauseOfTheScannerIsForgotten)
{
    ReadWindow window;
    TimePoint now{1h};
    const auto come = [&](Duration time) {
        now += time;
        window.received(ReadWindow::read_bytes, 50ms, now);
    };
    for (int i = 0; i < 2000; ++i)
        come(90us);
    const auto before = window.reads(50ms);
    EXPECT_EQ(most, before);
    come(20s);
    EXPECT_GE(window.reads(50ms), before * 7 / 8);
}

TEST(ReadWindow, AFrameNeedsItsBlocksAndItsEnd)
{
    EXPECT_EQ(1U, ReadWindow::readsFor(0));
    EXPECT_EQ(2U, ReadWindow::readsFor(1));
    EXPECT_EQ(2U, ReadWindow::readsFor(65536));
    EXPECT_EQ(3U, ReadWindow::readsFor(65537));
    EXPECT_EQ(most + 2, ReadWindow::readsFor(std::uint64_t{65536} * (most + 1)));
}

} // namespace netsane::test
