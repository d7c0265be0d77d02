// Avahi's event loop as an object. Owned by a process that does nothing but discovery; one thread.
#pragma once

#include <avahi-common/simple-watch.h>
#include <memory>
#include <new>

namespace netsane {

class SimplePoll {
public:
    SimplePoll() : poll_(::avahi_simple_poll_new())
    {
        if (!poll_)
            throw std::bad_alloc();
    }

    const AvahiPoll *api() noexcept { return ::avahi_simple_poll_get(poll_.get()); }

    // Blocks until quit().
    void run() noexcept { ::avahi_simple_poll_loop(poll_.get()); }
    void quit() noexcept { ::avahi_simple_poll_quit(poll_.get()); }

private:
    struct Free {
        void operator()(AvahiSimplePoll *poll) const noexcept { ::avahi_simple_poll_free(poll); }
    };

    std::unique_ptr<AvahiSimplePoll, Free> poll_;
};

} // namespace netsane
