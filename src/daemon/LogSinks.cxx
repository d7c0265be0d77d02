#include "daemon/LogSinks.hxx"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

int priority(spdlog::level::level_enum level) noexcept
{
    switch (level) {
    case spdlog::level::err:
        return LOG_DAEMON | LOG_ERR;
    case spdlog::level::warn:
        return LOG_DAEMON | LOG_WARNING;
    case spdlog::level::info:
        return LOG_DAEMON | LOG_INFO;
    default:
        return LOG_DAEMON | LOG_DEBUG;
    }
}

// "Jan 17 21:46:56 ", always in English (RFC 3164).
std::string timestamp()
{
    static constexpr const char *months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    char rest[32];
    const std::size_t length = std::strftime(rest, sizeof rest, " %e %H:%M:%S ", &local);
    return months[local.tm_mon] + std::string(rest, length);
}

} // namespace

void PatientSink::sink_it_(const spdlog::details::log_msg &message)
{
    if (lost_ != 0) {
        if (!take(spdlog::level::warn, std::to_string(lost_) + " lines of the log were lost: nobody took them")) {
            ++lost_;
            return;
        }
        lost_ = 0;
    }
    spdlog::memory_buf_t formatted;
    formatter_->format(message, formatted);
    std::string_view line(formatted.data(), formatted.size());
    while (line.ends_with('\n'))
        line.remove_suffix(1);
    if (!take(message.level, line))
        ++lost_;
}

// What fits into a pipe goes in one piece (pipe(7)); without waiting where it is non-blocking, see openPipeAnew().
bool DescriptorSink::take(spdlog::level::level_enum, std::string_view line) noexcept
try {
    std::string text(line.substr(0, PIPE_BUF - 1));
    text += '\n';
    pollfd writable{fd_, POLLOUT, 0};
    if (::poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0)
        return false;
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK)
        return sent > 0;
    return ::write(fd_, text.data(), text.size()) > 0;
} catch (...) {
    return false;
}

void openPipeAnew(int fd) noexcept
{
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode) || (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0)
        return;
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const UniqueFd own(::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (own)
        ::dup2(own.get(), fd);
}

SyslogSink::SyslogSink(std::string ident, std::string path) : ident_(std::move(ident)), path_(std::move(path))
{
    connect();
}

bool SyslogSink::connect() noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket_ && ::connect(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        socket_.reset();
    return static_cast<bool>(socket_);
}

// A log that was started again has another socket.
bool SyslogSink::take(spdlog::level::level_enum level, std::string_view line) noexcept
try {
    const std::string text = "<" + std::to_string(priority(level)) + ">" + timestamp() + ident_ + "[" +
                             std::to_string(::getpid()) + "]: " + std::string(line);
    if (socket_ && ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) >= 0)
        return true;
    if (socket_ && (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE))
        return false;
    return connect() && ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) >= 0;
} catch (...) {
    return false;
}

} // namespace netsane
