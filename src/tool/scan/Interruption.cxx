#include "tool/scan/Interruption.hxx"

#include "tool/image/TargetFile.hxx"

#include <atomic>
#include <cerrno>
#include <unistd.h>

namespace netsane {

namespace {

constexpr int signal_exit_base = 128;

std::atomic<Scanner *> scanner_in_use = nullptr;
std::atomic<bool> in_call = false;
std::atomic<int> caught_signal = 0;
static_assert(std::atomic<Scanner *>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void cancelScan(int number)
{
    const int saved = errno;
    if (caught_signal.exchange(number) != 0) { // whoever scans has not come to an end
        TargetFile::removeTemporary();
        ::_exit(signal_exit_base + number);
    }
    // Outside of a call the next one sees it, before it begins.
    if (auto *const scanner = scanner_in_use.load(); scanner && in_call)
        scanner->cancel();
    errno = saved;
}

} // namespace

Interruption::CallMark::CallMark() noexcept
{
    in_call = true;
}

Interruption::CallMark::~CallMark()
{
    in_call = false;
}

Interruption::Interruption(Scanner &scanner) noexcept
{
    caught_signal = 0;
    scanner_in_use = &scanner;
    struct sigaction action {};
    action.sa_handler = cancelScan;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < std::size(signals); ++i) {
        ::sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN)
            ::sigaction(signals[i], &action, nullptr);
    }
}

Interruption::~Interruption()
{
    for (std::size_t i = 0; i < std::size(signals); ++i)
        ::sigaction(signals[i], &before_[i], nullptr);
    scanner_in_use = nullptr;
}

void Interruption::check() const
{
    if (const int number = caught_signal)
        throw Interrupted{number};
}

} // namespace netsane
