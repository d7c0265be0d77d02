#include "daemon/ServiceNotifier.hxx"

#include "daemon/Log.hxx"
#include "os/Error.hxx"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

constexpr timeval longest_wait{1, 0};

SocketAddress unixAddress(const std::string &text)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (text.size() < 2 || (text[0] != '/' && text[0] != '@'))
        throw std::invalid_argument("NOTIFY_SOCKET=" + text + ": neither a path nor @name");
    if (text.size() >= sizeof address.sun_path)
        throw std::invalid_argument("NOTIFY_SOCKET=" + text + ": too long");
    std::memcpy(address.sun_path, text.data(), text.size());
    if (text[0] == '@')
        address.sun_path[0] = '\0';
    // every byte counts in an abstract name, so it has no 0 at its end
    const std::size_t size = offsetof(sockaddr_un, sun_path) + text.size() + (text[0] == '@' ? 0 : 1);
    return {reinterpret_cast<const sockaddr *>(&address), static_cast<socklen_t>(size)};
}

std::string takeVariable(const char *name)
{
    const char *const value = std::getenv(name);
    std::string text = value ? value : "";
    ::unsetenv(name);
    return text;
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value <= 0)
        return std::nullopt;
    return value;
}

std::string statusLine(std::string_view text)
{
    std::string line = "\nSTATUS=";
    for (const char c : text)
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return line;
}

std::string monotonicMicroseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
}

} // namespace

ServiceNotifier::ServiceNotifier(const std::string &address, std::chrono::microseconds watchdog)
    : address_(unixAddress(address)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      // twice in the time, as sd_watchdog_enabled(3) has it
      alive_interval_(std::chrono::ceil<Milliseconds>(std::chrono::duration<double, std::micro>(watchdog) / 2))
{
    if (!socket_ || ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &longest_wait, sizeof longest_wait) != 0)
        throwErrno("make a socket for NOTIFY_SOCKET");
}

ServiceNotifier ServiceNotifier::fromEnvironment()
{
    const std::string address = takeVariable("NOTIFY_SOCKET");
    const auto microseconds = number(takeVariable("WATCHDOG_USEC"));
    const std::string pid = takeVariable("WATCHDOG_PID");
    if (address.empty())
        return {};
    const bool for_us = pid.empty() || number(pid) == std::int64_t{::getpid()};
    return ServiceNotifier(address, std::chrono::microseconds(for_us ? microseconds.value_or(0) : 0));
}

void ServiceNotifier::ready(std::string_view status) noexcept
{
    send("READY=1" + statusLine(status), WhenFull::wait);
}

void ServiceNotifier::reloading() noexcept
{
    send("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicroseconds() + statusLine("reloading"), WhenFull::wait);
}

void ServiceNotifier::stopping(std::string_view status) noexcept
{
    send("STOPPING=1" + statusLine(status), WhenFull::wait);
}

void ServiceNotifier::status(std::string_view text) noexcept
{
    send(statusLine(text).substr(1), WhenFull::drop);
}

void ServiceNotifier::alive() noexcept
{
    send("WATCHDOG=1", WhenFull::drop);
}

void ServiceNotifier::send(const std::string &message, WhenFull when_full) noexcept
{
    if (!socket_)
        return;
    const int flags = MSG_NOSIGNAL | (when_full == WhenFull::drop ? MSG_DONTWAIT : 0);
    ssize_t sent;
    do {
        sent = ::sendto(socket_.get(), message.data(), message.size(), flags, address_.get(), address_.size());
    } while (sent < 0 && errno == EINTR);
    const bool is_dropped = sent < 0 && errno == EAGAIN && when_full == WhenFull::drop;
    if (sent >= 0 || is_dropped)
        has_failed_ = false;
    else if (!has_failed_) {
        has_failed_ = true;
        logWarning("can't tell the service manager at NOTIFY_SOCKET: " + errnoText(errno));
    }
}

} // namespace netsane
