#include "daemon/PenaltyTable.hxx"

#include <algorithm>
#include <tuple>

namespace netsane {

namespace {

// 1 ms, the shortest delay, doubled this often is above the longest penalty.
constexpr std::size_t max_doublings = 16;

} // namespace

void PenaltyTable::loginFailed(const std::string &host, Milliseconds fail_delay, TimePoint now)
{
    if (fail_delay.count() <= 0)
        return;
    if (!hosts_.contains(host))
        makeRoom(now);
    Host &entry = hosts_[host];
    while (!entry.failures.empty() && now - entry.failures.front() >= window)
        entry.failures.pop_front();
    entry.failures.push_back(now);
    if (entry.failures.size() > free_failures + 1 + max_doublings)
        entry.failures.pop_front();
    if (entry.failures.size() <= free_failures)
        return;
    const std::size_t doublings = entry.failures.size() - free_failures - 1;
    const Milliseconds longest = std::max<Milliseconds>(max_penalty, fail_delay);
    const Milliseconds wanted = std::min(fail_delay, longest) * (1LL << doublings);
    entry.refused_until = now + std::min(wanted, longest);
}

Milliseconds PenaltyTable::penalty(const std::string &host, TimePoint now) const
{
    const auto found = hosts_.find(host);
    if (found == hosts_.end() || found->second.refused_until <= now)
        return Milliseconds(0);
    return std::chrono::ceil<Milliseconds>(found->second.refused_until - now);
}

std::vector<PenaltyTable::Entry> PenaltyTable::entries(TimePoint now) const
{
    std::vector<Entry> list;
    for (const auto &[name, host] : hosts_) {
        const auto failures = std::count_if(host.failures.begin(), host.failures.end(),
                                            [now](TimePoint failure) { return now - failure < window; });
        const Milliseconds left = penalty(name, now);
        if (failures > 0 || left.count() > 0)
            list.push_back({name, static_cast<std::size_t>(failures), left,
                            std::chrono::duration_cast<Milliseconds>(now - host.failures.back())});
    }
    std::sort(list.begin(), list.end(), [](const Entry &a, const Entry &b) {
        return std::tie(b.penalty, b.failures, a.host) < std::tie(a.penalty, a.failures, b.host);
    });
    return list;
}

void PenaltyTable::makeRoom(TimePoint now)
{
    if (hosts_.size() < max_hosts_)
        return;
    std::erase_if(hosts_, [now](const auto &entry) {
        return now - entry.second.failures.back() >= window && entry.second.refused_until <= now;
    });
    if (hosts_.size() < max_hosts_)
        return;
    hosts_.erase(std::min_element(hosts_.begin(), hosts_.end(), [](const auto &a, const auto &b) {
        return a.second.failures.back() < b.second.failures.back();
    }));
}

} // namespace netsane
