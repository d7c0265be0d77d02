// For tests: SIGUSR1 is sane_cancel of a handle, and the calls of malloc() and free() in its handler are counted.
#pragma once

#include "BackendLibrary.hxx"
#include "MemoryCounter.hxx"

#include <csignal>

namespace netsane::test {

// One at a time.
class SignalCancel {
public:
    SignalCancel(BackendLibrary &library, SANE_Handle handle)
    {
        library_ = &library;
        handle_ = handle;
        struct sigaction action {};
        action.sa_handler = cancel;
        ::sigaction(SIGUSR1, &action, &before_);
    }
    ~SignalCancel() { ::sigaction(SIGUSR1, &before_, nullptr); }
    SignalCancel(const SignalCancel &) = delete;
    SignalCancel &operator=(const SignalCancel &) = delete;

    // In this thread. Returns what was counted.
    static int raise()
    {
        memory_calls = 0;
        ::raise(SIGUSR1);
        return memory_calls;
    }

private:
    static void cancel(int)
    {
        count_memory_calls = true;
        library_->cancel(handle_);
        count_memory_calls = false;
    }

    inline static BackendLibrary *library_ = nullptr;
    inline static SANE_Handle handle_ = nullptr;
    struct sigaction before_ {};
};

} // namespace netsane::test
