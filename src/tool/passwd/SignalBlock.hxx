// Holds back the signals by which people end or stop a program, while it lives. For one thread.
#pragma once

#include <csignal>

namespace netsane {

inline constexpr int user_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

class SignalBlock {
public:
    SignalBlock() noexcept
    {
        sigset_t wanted;
        sigemptyset(&wanted);
        for (const int number : user_signals)
            sigaddset(&wanted, number);
        ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    }
    ~SignalBlock() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalBlock(const SignalBlock &) = delete;
    SignalBlock &operator=(const SignalBlock &) = delete;

    // The mask as it was, for waiting.
    const sigset_t &before() const noexcept { return before_; }

private:
    sigset_t before_;
};

} // namespace netsane
