#include "os/Process.hxx"

#include <algorithm>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace netsane {

void denyInspection() noexcept
{
    // LeakSanitizer, which traces its own process, makes that dumpable for as long as it needs it.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

std::size_t raiseDescriptorLimit(std::size_t wanted) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    const rlimit raised{wanted, wanted};
    if (wanted > limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return wanted;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

bool lowerDescriptorLimit(std::size_t most) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, most);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

void closeDescriptorsFrom(int first) noexcept
{
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0) == 0)
        return;
#endif
    // A kernel before 5.9.
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    for (rlim_t fd = static_cast<rlim_t>(first); fd < limit.rlim_cur; ++fd)
        ::close(static_cast<int>(fd));
}

} // namespace netsane
