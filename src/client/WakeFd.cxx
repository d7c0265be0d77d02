#include "client/WakeFd.hxx"

#include "os/Error.hxx"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace netsane {

WakeFd::WakeFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!fd_)
        throwErrno("make an eventfd");
}

void WakeFd::wake() noexcept
{
    const int saved = errno;
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable already.
    [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
    errno = saved;
}

void WakeFd::clear() noexcept
{
    const int saved = errno;
    std::uint64_t count;
    [[maybe_unused]] const auto read = ::read(fd_.get(), &count, sizeof count);
    errno = saved;
}

} // namespace netsane
