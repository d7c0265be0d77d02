#include "daemon/ServiceSockets.hxx"

#include "os/Error.hxx"
#include "os/Process.hxx"
#include "os/Socket.hxx"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr int first_service_fd = 3;
constexpr long max_service_fds = 64;

int countFromEnvironment()
{
    const char *const pid = std::getenv("LISTEN_PID");
    const char *const count = std::getenv("LISTEN_FDS");
    const bool for_us = pid && count && std::strtol(pid, nullptr, 10) == ::getpid();
    return for_us ? static_cast<int>(std::clamp(std::strtol(count, nullptr, 10), 0L, max_service_fds)) : 0;
}

} // namespace

std::vector<UniqueFd> takeServiceSockets()
{
    const int end = first_service_fd + countFromEnvironment();
    for (const char *const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(name);
    std::vector<UniqueFd> sockets;
    for (int fd = first_service_fd; fd < end; ++fd) {
        int listening = 0;
        socklen_t size = sizeof listening;
        if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
            throwErrno(EINVAL, "descriptor " + std::to_string(fd) + " from LISTEN_FDS is no listening socket");
        setNonBlocking(fd, true);
        setCloseOnExec(fd, true);
        sockets.emplace_back(fd);
    }
    closeDescriptorsFrom(end);
    return sockets;
}

} // namespace netsane
