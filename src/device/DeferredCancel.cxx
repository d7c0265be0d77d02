// Keeps the reader threads of SANE's backends from being cancelled in the middle of malloc().
//
// libsane's helper for reader threads makes them asynchronously cancellable, and cancels them at the end of each pass.
// A thread that is just inside malloc() or free() then never lets go of the allocator's lock, and the process stands
// still. Standing before libc's in the order of symbols, this function leaves every thread at the default: it is
// cancelled where it waits (read, write, poll, sleep), which is what the backends need. One that never waits is a
// matter for the supervisor, which kills the process after its grace. Source: pthread_setcanceltype(3).

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
