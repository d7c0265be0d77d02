#include "os/UniqueFd.hxx"

#include <cerrno>
#include <unistd.h>

namespace netsane {

void UniqueFd::reset(int fd) noexcept
{
    const int old = std::exchange(fd_, fd);
    if (old < 0)
        return;
    const int saved = errno;
    ::close(old); // on Linux the descriptor is gone even after EINTR, so no retry
    errno = saved;
}

} // namespace netsane
