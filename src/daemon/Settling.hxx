// When to act on events that come in bursts: once they have stopped coming, but not put off for ever, and not too
// often.
//
// A value without I/O; the time is an argument.
#pragma once

#include "event/EventLoop.hxx"

#include <optional>

namespace netsane {

struct SettlingTimes {
    Milliseconds quiet;   // without an event
    Milliseconds longest; // after the first one
    Milliseconds gap;     // between two actions
};

class Settling {
public:
    explicit Settling(SettlingTimes times) noexcept : times_(times) {}

    // Something has happened. How long to wait from now, which replaces what was said before.
    Milliseconds happened(TimePoint now) noexcept;
    void acted(TimePoint now) noexcept;

private:
    const SettlingTimes times_;
    std::optional<TimePoint> first_; // since the last action
    std::optional<TimePoint> acted_;
};

} // namespace netsane
