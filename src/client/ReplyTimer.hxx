// How long the server takes for a reply, and never less than the way there and back: the shortest time that was seen.
//
// Owned by a ClientConnection, which tells it what is sent and what comes. No clock of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace netsane {

class ReplyTimer {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    // All requests are on their way, and this many replies outstanding. Where none was before, the first reply counts:
    // it is the one that the server need not wait for anything else to give.
    void sent(std::size_t outstanding, TimePoint now) noexcept
    {
        is_timed_ = is_timed_ || (outstanding_ == 0 && outstanding != 0);
        if (outstanding_ == 0)
            since_ = now;
        outstanding_ = outstanding;
    }

    // The next reply has come.
    void replied(TimePoint now) noexcept
    {
        if (outstanding_ != 0)
            --outstanding_;
        if (std::exchange(is_timed_, false) && (!shortest_ || now - since_ < *shortest_))
            shortest_ = now - since_;
    }

    std::optional<Duration> shortest() const noexcept { return shortest_; }

private:
    std::size_t outstanding_ = 0; // that have been sent
    bool is_timed_ = false;
    TimePoint since_;
    std::optional<Duration> shortest_;
};

} // namespace netsane
