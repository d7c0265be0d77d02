#include "backend/CancelSwitch.hxx"

namespace netsane {

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "sane_cancel runs in signal handlers");

void CancelSwitch::enter() noexcept
{
    while (busy_.exchange(1) != 0)
        busy_.wait(1);
}

bool CancelSwitch::leave() noexcept
{
    busy_.store(0);
    busy_.notify_all();
    // A request that came after the last look at the flag and before the store found the handle busy.
    return requested_.load() && busy_.exchange(1) == 0;
}

bool CancelSwitch::request() noexcept
{
    requested_.store(true);
    if (busy_.exchange(1) == 0)
        return true;
    wake_.wake();
    return false;
}

void CancelSwitch::accept() noexcept
{
    requested_.store(false);
    wake_.clear();
}

} // namespace netsane
