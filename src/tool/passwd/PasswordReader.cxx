#include "tool/passwd/PasswordReader.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "tool/ToolError.hxx"
#include "tool/passwd/PasswordScheme.hxx"
#include "tool/passwd/SignalBlock.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace netsane {

namespace {

volatile std::sig_atomic_t caught_signal = 0;

extern "C" void rememberSignal(int number)
{
    caught_signal = number;
}

struct Interrupted {
    int signal;
};

// Signals are blocked but for the waits, and only remembered; then as before. Ignored ones stay ignored.
class HeldSignals {
public:
    HeldSignals() noexcept
    {
        caught_signal = 0;
        struct sigaction action {};
        action.sa_handler = rememberSignal;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < before_.size(); ++i) {
            ::sigaction(user_signals[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN)
                ::sigaction(user_signals[i], &action, nullptr);
        }
    }
    ~HeldSignals()
    {
        for (std::size_t i = 0; i < before_.size(); ++i)
            ::sigaction(user_signals[i], &before_[i], nullptr);
    }
    HeldSignals(const HeldSignals &) = delete;
    HeldSignals &operator=(const HeldSignals &) = delete;

    // Until there is something to read. Throws Interrupted.
    void wait(int fd) const
    {
        pollfd entry{fd, POLLIN, 0};
        while (::ppoll(&entry, 1, nullptr, &block_.before()) < 0) {
            if (errno != EINTR)
                throwErrno("wait for the terminal");
            if (caught_signal != 0)
                throw Interrupted{caught_signal};
        }
    }

private:
    SignalBlock block_; // ends after the actions are back: what came meanwhile then acts as usual
    std::array<struct sigaction, std::size(user_signals)> before_{};
};

// No echo on a terminal while it lives.
class SilentTerminal {
public:
    explicit SilentTerminal(int fd) : fd_(fd)
    {
        if (::tcgetattr(fd_, &before_) != 0)
            throwErrno("look at the terminal");
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        silent.c_lflag |= ICANON | ISIG;
        // Drops what was typed, and shown, before the question.
        if (::tcsetattr(fd_, TCSAFLUSH, &silent) != 0)
            throwErrno("end the terminal's echo");
    }
    ~SilentTerminal()
    {
        ::tcflush(fd_, TCIFLUSH); // the rest of a line must not become a command of the shell
        ::tcsetattr(fd_, TCSANOW, &before_);
    }
    SilentTerminal(const SilentTerminal &) = delete;
    SilentTerminal &operator=(const SilentTerminal &) = delete;

private:
    int fd_;
    termios before_{};
};

void checkPassword(std::string_view password)
{
    const auto fail = [](const char *reason) { throw ToolError(ExitCode::failed, reason); };
    if (password.empty())
        fail("an empty password is no password");
    if (password.size() > max_password_bytes)
        fail("the password is longer than 511 bytes");
    if (std::ranges::any_of(password, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }))
        fail("there is a control character in the password");
}

// Byte by byte: what comes after the line is somebody else's.
template<typename Wait>
SecretText readAnyLine(int fd, Wait wait)
{
    SecretText line(max_password_bytes + 1);
    while (!line.room().empty()) {
        wait();
        const ssize_t count = ::read(fd, line.room().data(), 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throwErrno("read the password");
        if (count == 0)
            break;
        line.grow(1);
        if (line.view().back() == '\n') {
            line.dropLast();
            break;
        }
    }
    return line;
}

template<typename Wait>
SecretText readLine(int fd, Wait wait)
{
    auto line = readAnyLine(fd, wait);
    checkPassword(line.view());
    return line;
}

void show(int fd, const std::string &text)
{
    if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throwErrno("write to the terminal");
}

SecretText ask(int tty, const HeldSignals &signals, const std::string &question)
{
    show(tty, question);
    try {
        auto answer = readLine(tty, [&] { signals.wait(tty); });
        show(tty, "\n"); // for the one that wasn't shown
        return answer;
    } catch (...) {
        show(tty, "\n");
        throw;
    }
}

SecretText askTwice(int tty, const std::string &user)
{
    const HeldSignals signals;
    const SilentTerminal silent(tty);
    auto first = ask(tty, signals, "New password for " + user + ": ");
    const auto second = ask(tty, signals, "The same again: ");
    if (first.view() != second.view())
        throw ToolError(ExitCode::failed, "the two passwords differ; nothing was changed");
    return first;
}

std::optional<TypedLogin> askBoth(int tty, const std::string &for_what, std::size_t max_user_bytes,
                                  std::size_t max_password_size)
{
    const HeldSignals signals;
    const auto wait = [&] { signals.wait(tty); };
    show(tty, "User for " + for_what + ": ");
    TypedLogin login{std::string(readAnyLine(tty, wait).view()), SecretText(0)};
    if (login.user.empty() || login.user.size() > max_user_bytes)
        return std::nullopt;
    const SilentTerminal silent(tty);
    show(tty, "Password: ");
    login.password = readAnyLine(tty, wait);
    show(tty, "\n"); // for the one that wasn't shown
    if (login.password.size() > max_password_size)
        return std::nullopt;
    return login;
}

// On the terminal. A signal meanwhile acts behind it, with echo back: it ends the program, or stops it until it is
// continued, and `question` is asked anew.
template<typename Question>
auto untilAnswered(Question question)
{
    for (;;) {
        int signal = 0;
        try {
            return question();
        } catch (const Interrupted &interrupted) {
            signal = interrupted.signal;
        }
        ::raise(signal);
    }
}

} // namespace

SecretText readPasswordLine(int fd)
{
    return readLine(fd, [] {});
}

SecretText askNewPassword(const std::string &user)
{
    const UniqueFd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty)
        throw ToolError(ExitCode::failed, "there is no terminal to ask for the password on; --stdin reads it from "
                                          "standard input");
    return untilAnswered([&] { return askTwice(tty.get(), user); });
}

std::optional<TypedLogin> askUserAndPassword(const std::string &for_what, std::size_t max_user_bytes,
                                             std::size_t max_password_size)
{
    const UniqueFd tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!tty)
        return std::nullopt;
    return untilAnswered([&] { return askBoth(tty.get(), for_what, max_user_bytes, max_password_size); });
}

} // namespace netsane
