// How long the server takes for a reply, and never less than the way there and back: the shortest time that was seen.
//
// Owned by a ClientConnection, which tells it what is sent and what comes. No clock of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace netsane {

class ReplyTimer {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    // All requests are on their way, and this many replies outstanding: the last one is waited for.
    void sent(std::size_t outstanding, TimePoint now) noexcept
    {
        if (awaited_ == 0 && outstanding != 0) {
            awaited_ = outstanding;
            since_ = now;
        }
    }

    // The next reply has come.
    void replied(TimePoint now) noexcept
    {
        if (awaited_ == 0 || --awaited_ != 0)
            return;
        if (!shortest_ || now - since_ < *shortest_)
            shortest_ = now - since_;
    }

    std::optional<Duration> shortest() const noexcept { return shortest_; }

private:
    std::size_t awaited_ = 0; // replies to come, up to the one that counts
    TimePoint since_;
    std::optional<Duration> shortest_;
};

} // namespace netsane
