// The event loop of a daemon process, over libevent (one epoll, timers in a heap).
//
// One per process, used by one thread. Callbacks may throw: the loop stops and run() rethrows. All watches, timers and
// signals of a loop must be destroyed before it. Source: libevent 2.1, event_base_loop().
#pragma once

#include <chrono>
#include <exception>
#include <memory>

struct event_base;

namespace netsane {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;

class EventLoop {
public:
    EventLoop(); // throws std::runtime_error
    ~EventLoop();
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    // Blocks until stop() or until a callback throws.
    void run();

    // Leaves run() after the callback in progress.
    void stop() noexcept;

    static TimePoint now() noexcept { return Clock::now(); }

    event_base *base() const noexcept { return base_.get(); }

    // Called by the trampolines in a catch block: run() rethrows the exception.
    void callbackThrew() noexcept;

private:
    struct Free {
        void operator()(event_base *base) const noexcept;
    };
    std::unique_ptr<event_base, Free> base_;
    std::exception_ptr thrown_;
};

} // namespace netsane
