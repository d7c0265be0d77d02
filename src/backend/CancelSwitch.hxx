// Who may use a handle right now, and whether sane_cancel was called meanwhile.
//
// Owned by a DeviceHandle; all functions from any thread. sane_cancel comes from signal handlers and other threads
// while a call is in progress (sane-semantics.md 14): request() then only notes it and wakes the waiter.
#pragma once

#include "client/WakeFd.hxx"

#include <atomic>

namespace netsane {

class CancelSwitch {
public:
    // Begins a call. Waits while another thread is in the middle of a cancel.
    void enter() noexcept;

    // Ends a call. True: a cancel was asked for that nobody has done; the caller does it and calls leave() again.
    [[nodiscard]] bool leave() noexcept;

    // Asks for a cancel. True: no call is in progress, and the caller has begun one: it does the cancel and then calls
    // leave(). Async-signal-safe.
    [[nodiscard]] bool request() noexcept;

    bool isRequested() const noexcept { return requested_.load(); }

    // Within a call: the cancel is being done.
    void accept() noexcept;

    // Readable when a cancel was asked for.
    WakeFd &wakeFd() noexcept { return wake_; }

private:
    std::atomic<int> busy_ = 0; // an int, on which waiting is a futex and nothing else
    std::atomic<bool> requested_ = false;
    WakeFd wake_;
};

} // namespace netsane
