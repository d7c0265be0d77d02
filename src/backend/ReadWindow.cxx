#include "backend/ReadWindow.hxx"

#include "protocol/Numbers.hxx"

#include <algorithm>
#include <cmath>

namespace netsane {

namespace {

using Seconds = std::chrono::duration<double>;

// Until it has been measured.
constexpr double first_bytes_per_second = 1e9;

// Shorter times say more about when threads run than about the network.
constexpr std::chrono::milliseconds min_measurement{20};

} // namespace

void ReadWindow::received(std::size_t count_bytes, std::optional<Duration> delay, TimePoint now) noexcept
{
    if (!measured_since_) { // what comes first has had all the time since STAR
        measured_since_ = now;
        measured_bytes_ = 0;
        return;
    }
    measured_bytes_ += count_bytes;
    const auto time = now - *measured_since_;
    if (time < std::max<Duration>(min_measurement, delay.value_or(Duration::zero())))
        return;
    const double rate = static_cast<double>(measured_bytes_) / Seconds(time).count();
    // A scanner pauses, and goes on as fast as before.
    bytes_per_second_ = std::max(rate, bytes_per_second_.value_or(0) * 7 / 8);
    measured_since_ = now;
    measured_bytes_ = 0;
}

std::size_t ReadWindow::reads(std::optional<Duration> delay) const noexcept
{
    const double rate = bytes_per_second_ ? 2 * *bytes_per_second_ : first_bytes_per_second;
    const double blocks = rate * Seconds(delay.value_or(Duration::zero())).count() / read_bytes;
    const double most = max_outstanding_with_reads - 1; // a place is kept for ABRT
    return static_cast<std::size_t>(std::clamp(std::ceil(blocks), double{min_reads}, most));
}

} // namespace netsane
