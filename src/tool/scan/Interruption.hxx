// Ctrl-C and its relatives while something is scanned: the device is cancelled, and the program ends in order.
//
// One at a time per process, on the thread that scans. As long as it lives, SIGINT, SIGTERM and SIGHUP (unless they
// are ignored) cancel the call of the scanner that is in progress; a second one ends the program at once.
#pragma once

#include "tool/scanner/Scanner.hxx"

#include <csignal>
#include <iterator>

namespace netsane {

// A signal wants the program to end. Caught where what it leaves has been cleared away; that one raises it again.
struct Interrupted {
    int signal;
};

class Interruption {
public:
    explicit Interruption(Scanner &scanner) noexcept;
    ~Interruption();
    Interruption(const Interruption &) = delete;
    Interruption &operator=(const Interruption &) = delete;

    // Throws Interrupted if a signal has come.
    void check() const;

    // Makes one call of the scanner. Throws Interrupted if a signal has come before or during it.
    template<typename Call>
    SANE_Status during(Call call)
    {
        const CallMark mark;
        check();
        const auto status = call();
        check();
        return status;
    }

private:
    class CallMark {
    public:
        CallMark() noexcept;
        ~CallMark();
    };

    static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before_[std::size(signals)];
};

} // namespace netsane
