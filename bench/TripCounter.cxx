#include "bench/TripCounter.hxx"

#include <algorithm>

namespace netsane {

TripCounter::Stamp TripCounter::clientConnects() noexcept
{
    ++client_;
    return clientActs();
}

TripCounter::Stamp TripCounter::clientActs() noexcept
{
    last_act_ = client_;
    return client_;
}

void TripCounter::clientLearns(Stamp stamp) noexcept
{
    client_ = std::max(client_, stamp);
}

void TripCounter::serverLearns(Stamp stamp) noexcept
{
    server_ = std::max(server_, stamp);
}

} // namespace netsane
