// For how long each host is refused because of the logins that failed from there.
//
// Owned by the supervisor; no I/O, the time is an argument. A host is what SocketAddress::limitKey() says. Bounded:
// when it is full, the host whose last failure is the longest ago is forgotten.
#pragma once

#include "event/EventLoop.hxx"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace netsane {

class PenaltyTable {
public:
    static constexpr std::size_t default_max_hosts = 4096;
    static constexpr std::size_t free_failures = 4;   // within the window; the next one costs
    static constexpr std::chrono::minutes window{10}; // older failures don't count
    static constexpr std::chrono::seconds max_penalty{60};

    explicit PenaltyTable(std::size_t max_hosts = default_max_hosts) : max_hosts_(max_hosts) {}

    // The first failure that costs anything costs fail_delay, each further one twice as much, up to max_penalty or
    // fail_delay, whichever is longer. Nothing is counted where fail_delay is 0.
    void loginFailed(const std::string &host, Milliseconds fail_delay, TimePoint now);

    // How long a host is still refused; 0: not at all.
    Milliseconds penalty(const std::string &host, TimePoint now) const;

    std::size_t size() const noexcept { return hosts_.size(); }

    struct Entry {
        std::string host;
        std::size_t failures;   // within the window, no more than make a difference
        Milliseconds penalty;   // as above
        Milliseconds last_seen; // since the last failure
    };
    // The hosts with failures or a penalty now: the longest penalty first, then the most failures.
    std::vector<Entry> entries(TimePoint now) const;

private:
    struct Host {
        std::deque<TimePoint> failures; // within the window, no more than make a difference
        TimePoint refused_until;
    };

    void makeRoom(TimePoint now);

    const std::size_t max_hosts_;
    std::map<std::string, Host> hosts_;
};

} // namespace netsane
