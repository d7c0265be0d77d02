// A terminal taken over for a display that is drawn anew again and again, and given back at the end.
//
// One per process: it takes SIGTERM, SIGHUP and SIGWINCH for as long as it lives. While it does, Ctrl-C is a key like
// others. Source: termios(3), console_codes(4).
#pragma once

#include "tool/control/StatusText.hxx"

#include <chrono>
#include <csignal>
#include <termios.h>
#include <vector>

namespace netsane {

class Screen {
public:
    // Standard input and output must be a terminal. Throws std::system_error.
    Screen();
    ~Screen();
    Screen(const Screen &) = delete;
    Screen &operator=(const Screen &) = delete;

    std::size_t width() const noexcept { return width_; }

    // As many lines as there is room for; how many more there are is told in the last. colour: and not only bold.
    void draw(const std::vector<StatusLine> &lines) const;

    enum class Event { timeout, resized, quit };
    // Until it is time, a key ends it (q, Ctrl-C), the terminal has another size or a signal wants the end.
    Event wait(std::chrono::steady_clock::time_point until);

private:
    void measure() noexcept;

    termios saved_{};
    struct sigaction old_[5]{};
    std::size_t width_ = 80;
    std::size_t height_ = 24;
};

// A line with its kind shown by bold and colour; without, as it is.
std::string styled(const StatusLine &line, bool with_style);

} // namespace netsane
