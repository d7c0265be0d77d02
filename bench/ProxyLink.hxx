// One connection through the proxy: the client's socket, the server's, and a DelayedPipe each way.
//
// Owned by the Proxy. A TCP handshake can't be held up from outside the kernel: to the client the connection is there
// at once. It is made up for behind it: the server sees the connection three delays later (SYN, SYN-ACK, ACK), and
// nothing of the client's sooner.
#pragma once

#include "bench/DelayedPipe.hxx"
#include "bench/TripCounter.hxx"
#include "os/SocketAddress.hxx"
#include "os/UniqueFd.hxx"

#include <cstdint>
#include <functional>

namespace netsane {

struct ProxyTotals {
    TripCounter trips;
    std::uint64_t connections = 0;
    std::uint64_t bytes_to_server = 0; // as read from the client
    std::uint64_t bytes_to_client = 0; // as read from the server
};

class ProxyLink {
public:
    // What is passed by reference must outlive the link. on_finished: both directions have ended, or one broke; may be
    // called more than once. Throws std::system_error.
    ProxyLink(EventLoop &loop, UniqueFd client, SocketAddress target, const Clock::duration &delay, ProxyTotals &totals,
              std::function<void()> on_finished);
    ProxyLink(const ProxyLink &) = delete;
    ProxyLink &operator=(const ProxyLink &) = delete;

    bool isFinished() const noexcept { return open_pipes_ == 0; }

private:
    void connectServer();
    void pipeEnded();
    void finish();
    DelayedPipe::Events upEvents();
    DelayedPipe::Events downEvents();

    const SocketAddress target_;
    ProxyTotals &totals_;
    const std::function<void()> on_finished_;
    const TripCounter::Stamp connected_;
    UniqueFd client_;
    UniqueFd server_;
    DelayedPipe up_;
    DelayedPipe down_;
    DueTimer connect_timer_;
    int open_pipes_ = 2;
};

} // namespace netsane
