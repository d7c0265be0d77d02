#include "device/CancelSignal.hxx"

#include "os/Error.hxx"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <execinfo.h>
#include <pthread.h>

namespace netsane {

namespace {

std::atomic<SANE_Handle> current_handle{nullptr};
pthread_t sane_thread;

static_assert(std::atomic<SANE_Handle>::is_always_lock_free);

// A real-time signal: backends use SIGTERM, SIGUSR1 and SIGUSR2 for their own reader processes.
int signalNumber() noexcept
{
    return SIGRTMIN + 4;
}

extern "C" void cancelHandler(int)
{
    const int saved = errno;
    if (const auto handle = current_handle.load())
        sane_cancel(handle);
    errno = saved;
}

} // namespace

CancelSignal::Scope::Scope(SANE_Handle handle) noexcept
{
    current_handle = handle;
}

CancelSignal::Scope::~Scope()
{
    current_handle = nullptr;
}

void CancelSignal::install()
{
    sane_thread = ::pthread_self();
    // Backends call pthread_cancel(3) in sane_cancel, which loads a library the first time: not in a signal handler,
    // which may have interrupted malloc. backtrace(3) loads it now.
    void *frame = nullptr;
    ::backtrace(&frame, 1);
    struct sigaction action {};
    action.sa_handler = cancelHandler;
    // No SA_RESTART: the system call that blocks has to come back.
    if (::sigaction(signalNumber(), &action, nullptr) != 0)
        throwErrno("install the signal handler for cancelling");
}

bool CancelSignal::isInside() noexcept
{
    return current_handle.load() != nullptr;
}

void CancelSignal::raise() noexcept
{
    ::pthread_kill(sane_thread, signalNumber());
}

} // namespace netsane
