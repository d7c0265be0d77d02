#include "tool/control/Screen.hxx"

#include "os/Error.hxx"

#include <array>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *enter = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr const char *leave = "\x1b[?25h\x1b[?1049l";
constexpr int taken_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH};

volatile std::sig_atomic_t end_wanted = 0;
volatile std::sig_atomic_t size_changed = 0;

void onSignal(int number)
{
    (number == SIGWINCH ? size_changed : end_wanted) = 1;
}

// What one read has got of the terminal. Keys that have no character send several bytes, of which the first is Escape.
bool isQuit(std::string_view keys) noexcept
{
    return !keys.starts_with('\x1b') && keys.find_first_of("qQ\x03") != keys.npos;
}

// They arrive within ppoll() only, so that none comes between looking and waiting.
sigset_t takenSet() noexcept
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : taken_signals)
        sigaddset(&set, number);
    return set;
}

} // namespace

Screen::Screen()
{
    if (::tcgetattr(STDIN_FILENO, &saved_) != 0)
        throwErrno("look at the terminal");
    termios raw = saved_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
        throwErrno("set the terminal");
    struct sigaction action {};
    action.sa_handler = onSignal;
    const sigset_t set = takenSet();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    for (std::size_t i = 0; i < std::size(taken_signals); ++i)
        ::sigaction(taken_signals[i], &action, &old_[i]);
    std::fputs(enter, stdout);
    std::fflush(stdout);
    measure();
}

Screen::~Screen()
{
    std::fputs(leave, stdout);
    std::fflush(stdout);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
    for (std::size_t i = 0; i < std::size(taken_signals); ++i)
        ::sigaction(taken_signals[i], &old_[i], nullptr);
    const sigset_t set = takenSet();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void Screen::measure() noexcept
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return;
    width_ = size.ws_col;
    height_ = size.ws_row;
}

void Screen::draw(const std::vector<StatusLine> &lines) const
{
    const bool too_many = lines.size() > height_;
    const std::size_t shown = too_many ? height_ - 1 : lines.size();
    std::string out = "\x1b[H";
    for (std::size_t i = 0; i < shown; ++i)
        out += (i == 0 ? "" : "\r\n") + styled(lines[i], true) + "\x1b[K";
    if (too_many)
        out += "\r\n\x1b[7m " + std::to_string(lines.size() - shown) +
               " more lines; a larger window shows them \x1b[0m\x1b[K";
    out += "\x1b[J";
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
}

Screen::Event Screen::wait(std::chrono::steady_clock::time_point until)
{
    for (;;) {
        if (end_wanted)
            return Event::quit;
        if (size_changed) {
            size_changed = 0;
            measure();
            return Event::resized;
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return Event::timeout;
        const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
        sigset_t none;
        sigemptyset(&none);
        pollfd entry{STDIN_FILENO, POLLIN, 0};
        const int ready = ::ppoll(&entry, 1, &timeout, &none);
        if (ready < 0 && errno != EINTR)
            throwErrno("wait for a key");
        if (ready <= 0)
            continue;
        std::array<char, 64> keys{};
        const auto count = ::read(STDIN_FILENO, keys.data(), keys.size());
        if (count <= 0 || isQuit({keys.data(), static_cast<std::size_t>(count)}))
            return Event::quit; // no terminal any more, or asked for
    }
}

std::string styled(const StatusLine &line, bool with_style)
{
    if (!with_style || line.kind == StatusLine::Kind::plain)
        return line.text;
    return (line.kind == StatusLine::Kind::title ? "\x1b[1m" : "\x1b[31m") + line.text + "\x1b[0m";
}

} // namespace netsane
