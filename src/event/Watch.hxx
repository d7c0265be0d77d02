// Callbacks of an EventLoop: a descriptor that becomes ready, a time that comes, a signal that arrives.
//
// Each is owned by whoever wants to be called, must not outlive the loop, and may be destroyed within its own callback.
// A connection has several that it never or seldom needs, so what libevent has of one is made when it is first wanted.
#pragma once

#include "event/EventLoop.hxx"

#include <functional>
#include <memory>
#include <utility>

struct event;

namespace netsane {

struct FreeEvent {
    void operator()(event *e) const noexcept;
};
using UniqueEvent = std::unique_ptr<event, FreeEvent>;

// Level-triggered. The descriptor stays the caller's and must be open as long as the watch exists.
class FdWatch {
public:
    using Callback = std::function<void()>;

    // Nothing is watched until wantRead() or wantWrite().
    FdWatch(EventLoop &loop, int fd, Callback on_readable, Callback on_writable);

    // Throw std::runtime_error when there is no memory.
    void wantRead(bool wanted);
    void wantWrite(bool wanted);

private:
    EventLoop &loop_;
    const int fd_;
    Callback on_readable_;
    Callback on_writable_;
    UniqueEvent read_event_;
    UniqueEvent write_event_;
    bool reading_ = false;
    bool writing_ = false;
};

class Timer {
public:
    using Callback = std::function<void()>;

    Timer(EventLoop &loop, Callback callback) : loop_(loop), callback_(std::move(callback)) {}

    // Calls once after the delay; replaces an earlier schedule. Throws std::runtime_error when there is no memory.
    void schedule(Milliseconds delay);
    void cancel() noexcept;

private:
    EventLoop &loop_;
    Callback callback_;
    UniqueEvent event_;
};

class SignalWatch {
public:
    using Callback = std::function<void()>;

    SignalWatch(EventLoop &loop, int signal_number, Callback callback);

private:
    EventLoop &loop_;
    Callback callback_;
    UniqueEvent event_;
};

} // namespace netsane
