#include "daemon/Settling.hxx"

#include <algorithm>

namespace netsane {

Milliseconds Settling::happened(TimePoint now) noexcept
{
    if (!first_)
        first_ = now;
    TimePoint due = std::min(now + times_.quiet, *first_ + times_.longest);
    if (acted_)
        due = std::max(due, *acted_ + times_.gap);
    return std::chrono::ceil<Milliseconds>(std::max(due, now) - now);
}

void Settling::acted(TimePoint now) noexcept
{
    first_.reset();
    acted_ = now;
}

} // namespace netsane
