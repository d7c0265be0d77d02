// Keeps the reader threads of SANE's backends from harming the process, by functions that stand before libc's in the
// order of symbols.
//
// libsane's helper for reader threads makes them asynchronously cancellable, and cancels them at the end of each pass.
// A thread that is just inside malloc() or free() then never lets go of the allocator's lock, and the process stands
// still. So every thread stays at the default: it is cancelled where it waits (read, write, poll, sleep), which is what
// the backends need. One that never waits is a matter for the supervisor, which kills the process after its grace.
// Source: pthread_setcanceltype(3).
//
// A cancel that comes while a backend just starts its reader misses that thread, and sane_exit unloads the backend
// under it. So a module stays loaded until the process ends, which is soon: a device process opens one device.

#include <cerrno>
#include <pthread.h>

extern "C" __attribute__((visibility("default"))) int pthread_setcanceltype(int type, int *old_type)
{
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
        return EINVAL;
    if (old_type)
        *old_type = PTHREAD_CANCEL_DEFERRED;
    return 0;
}

extern "C" __attribute__((visibility("default"))) int dlclose(void *) noexcept
{
    return 0;
}
