// How long an OPEN waits for the holder of its device to go (protocol.md §7.5): the end of one connection and an OPEN
// on another may arrive in either order.
//
// A value, part of an OPEN that can't be answered yet. The time is an argument.
#pragma once

#include <chrono>
#include <optional>

namespace netsane {

class HolderGrace {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds length{500};

    // The device has been found held. True: wait until end(), and look again then or when the device is free. The first
    // call begins the time, and later ones don't prolong it.
    bool mayWait(TimePoint now) noexcept
    {
        if (!end_)
            end_ = now + length;
        return now < *end_;
    }

    // Nothing: nobody has been found holding the device, or only somebody who was going.
    std::optional<TimePoint> end() const noexcept { return end_; }

private:
    std::optional<TimePoint> end_;
};

} // namespace netsane
