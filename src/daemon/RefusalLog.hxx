// Says which refusals are logged, so that whoever is refused a thousand times a second doesn't fill the log.
//
// Owned by who refuses; no I/O, the time is an argument. One refusal a second is logged in words, the others are
// counted.
#pragma once

#include "event/EventLoop.hxx"

#include <cstddef>
#include <optional>

namespace netsane {

class RefusalLog {
public:
    static constexpr Milliseconds interval{1000};

    // True if this one is to be logged; else it has been counted, and takeCount() is to be asked an interval later.
    bool mayLog(TimePoint now);

    std::size_t counted() const noexcept { return counted_; }

    // How many were counted since the last call.
    std::size_t takeCount() noexcept;

private:
    std::optional<TimePoint> logged_at_;
    std::size_t counted_ = 0;
};

} // namespace netsane
