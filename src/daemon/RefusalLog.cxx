#include "daemon/RefusalLog.hxx"

#include <utility>

namespace netsane {

bool RefusalLog::mayLog(TimePoint now)
{
    if (logged_at_ && now - *logged_at_ < interval) {
        ++counted_;
        return false;
    }
    logged_at_ = now;
    return true;
}

std::size_t RefusalLog::takeCount() noexcept
{
    return std::exchange(counted_, 0);
}

} // namespace netsane
