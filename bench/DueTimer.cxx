#include "bench/DueTimer.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <cstdint>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

UniqueFd makeTimer()
{
    UniqueFd made(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!made)
        throwErrno("timerfd_create");
    return made;
}

} // namespace

DueTimer::DueTimer(EventLoop &loop, FdWatch::Callback callback)
    : fd_(makeTimer()),
      watch_(
          loop, fd_.get(),
          [fd = fd_.get(), call = std::move(callback)] {
              std::uint64_t expired = 0;
              if (::read(fd, &expired, sizeof expired) == sizeof expired)
                  call();
          },
          nullptr)
{
    watch_.wantRead(true);
}

void DueTimer::schedule(TimePoint when)
{
    // zero would disarm it
    const auto since_boot = std::max(std::chrono::nanoseconds(1), std::chrono::nanoseconds(when.time_since_epoch()));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    itimerspec spec{};
    spec.it_value.tv_sec = seconds.count();
    spec.it_value.tv_nsec = (since_boot - seconds).count();
    if (::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) != 0)
        throwErrno("timerfd_settime");
}

} // namespace netsane
