// An eventfd: something that a poll(2) can wait for and that another thread or a signal handler can set off.
//
// Owned by a handle or a connection. wake() is async-signal-safe and may be called from any thread.
#pragma once

#include "os/UniqueFd.hxx"

namespace netsane {

class WakeFd {
public:
    // Throws std::system_error.
    WakeFd();

    int get() const noexcept { return fd_.get(); }

    // Readable from now on, until clear(). Keeps errno.
    void wake() noexcept;
    void clear() noexcept;

private:
    UniqueFd fd_;
};

} // namespace netsane
