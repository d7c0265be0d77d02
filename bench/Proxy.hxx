// A proxy on loopback that adds a delay each way and counts: bytes, connections, round trips.
//
// One per process, one thread. What it counts is the sum over its routes: the connections of one client.
#pragma once

#include "bench/ProxyLink.hxx"

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace netsane {

class Proxy {
public:
    explicit Proxy(EventLoop &loop);
    ~Proxy();
    Proxy(const Proxy &) = delete;
    Proxy &operator=(const Proxy &) = delete;

    // "127.0.0.1:0=127.0.0.1:6576": where to listen, and where connections go. Returns the address with its real port.
    // Throws std::system_error, and std::invalid_argument for what is no route.
    std::string addRoute(const std::string &route);

    void setDelay(std::chrono::microseconds one_way) noexcept { delay_ = one_way; }

    // Begins to count anew; what is under way belongs to neither.
    void reset() noexcept { totals_ = {}; }

    // One line of JSON: connections, open_connections, round_trips, bytes_to_server, bytes_to_client.
    std::string report() const;

private:
    struct Route;

    void accept(const Route &route);
    void sweep();

    EventLoop &loop_;
    Clock::duration delay_{};
    ProxyTotals totals_;
    std::list<ProxyLink> links_;
    Timer sweeper_; // links go when no function of theirs is on the stack
    std::vector<std::unique_ptr<Route>> routes_;
};

} // namespace netsane
