// Cancels a libsane call that blocks, from another thread: a signal to the calling thread, whose handler calls
// sane_cancel, which is what scanimage does.
//
// Static: one device, one thread that calls libsane (the main thread), per process. The signal does nothing outside of
// a Scope.
#pragma once

#include <sane/sane.h>

namespace netsane {

class CancelSignal {
public:
    // Around sane_start, sane_read and nothing else. Main thread.
    class Scope {
    public:
        explicit Scope(SANE_Handle handle) noexcept;
        ~Scope();
        Scope(const Scope &) = delete;
        Scope &operator=(const Scope &) = delete;
    };

    // Installs the handler for the thread that calls this. Throws std::system_error.
    static void install();

    // Whether a Scope exists now. Any thread.
    static bool isInside() noexcept;

    // Sends the signal. Any thread; install() must have been called.
    static void raise() noexcept;
};

} // namespace netsane
