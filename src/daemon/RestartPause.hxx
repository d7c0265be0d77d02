// How long to wait before a process that has ended is started again: not at all if it had run well, else twice as long
// as the last time, within bounds.
//
// Owned by who starts it; plain arithmetic.
#pragma once

#include "event/EventLoop.hxx"

#include <algorithm>

namespace netsane {

class RestartPause {
public:
    static constexpr Milliseconds first{50};
    static constexpr Milliseconds longest{5000};
    static constexpr Milliseconds stable_after{30000};

    Milliseconds next(TimePoint::duration has_run_for)
    {
        return pause_ = has_run_for > stable_after ? Milliseconds(0) : std::clamp(pause_ * 2, first, longest);
    }

    void reset() noexcept { pause_ = Milliseconds(0); }

private:
    Milliseconds pause_{0};
};

} // namespace netsane
