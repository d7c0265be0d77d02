// Calls back at a point of time, to the microsecond: timerfd_create(2). EventLoop's timers count whole milliseconds.
//
// Owned by whoever wants to be called; must not outlive the loop.
#pragma once

#include "event/EventLoop.hxx"
#include "event/Watch.hxx"
#include "os/UniqueFd.hxx"

namespace netsane {

class DueTimer {
public:
    DueTimer(EventLoop &loop, FdWatch::Callback callback); // throws std::system_error

    // Calls once at that time, or at once where it has passed; replaces an earlier schedule.
    void schedule(TimePoint when);

private:
    UniqueFd fd_;
    FdWatch watch_;
};

} // namespace netsane
