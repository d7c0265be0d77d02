// Connects to one server, trying its addresses in turn, without blocking apart from getaddrinfo(3).
//
// Owned by a connection. The owner polls fd() (-1 while the name isn't looked up) until advance() says that it is over.
// Addresses and unix paths are connected to at once. A name is looked up later, in advance(): a quarter of a second
// after the last connector of this thread began to connect, so that of several servers those with an address answer
// first and one lookup holds up the next one only; and not at all once the timeout has passed. A lookup that has begun
// can't be interrupted: a name that the DNS doesn't answer for may block for longer than the timeout, once.
#pragma once

#include "config/ServerName.hxx"
#include "os/UniqueFd.hxx"

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace netsane {

class Connector {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class State { connecting, connected, failed };

    // Starts with the first address, if the server has one without a lookup. Each gets an equal part of the time that
    // is left. addresses: numeric, where they are known otherwise; the name isn't looked up then. Throws nothing but
    // std::bad_alloc; see error().
    Connector(const ServerName &server, std::chrono::milliseconds timeout,
              const std::vector<std::string> &addresses = {});

    // For who has only this one server: looks up the name now, and the timeout begins behind that.
    void lookUpNow();

    State state() const noexcept { return state_; }
    State advance(TimePoint now);

    int fd() const noexcept { return fd_.get(); }
    TimePoint deadline() const noexcept { return attempt_deadline_; }

    // The connected socket, non-blocking and close-on-exec.
    UniqueFd take() noexcept { return std::move(fd_); }

    // Whether the peer is on this machine: loopback or a unix socket. And its address as text.
    bool isLocal() const noexcept;
    std::string peerText() const;

    // Why it failed; the last address's reason.
    const std::string &error() const noexcept { return error_; }

private:
    struct Address {
        sockaddr_storage bytes;
        socklen_t size;
    };

    void lookUp(const std::string &host, int flags);
    void begin(TimePoint now);
    void addUnix(const std::string &path);
    void start(TimePoint now);
    bool tryConnect(const Address &address);
    void nextAddress(TimePoint now);

    ServerName server_;
    std::string server_text_;
    std::chrono::milliseconds timeout_;
    bool lookup_wanted_ = false;
    std::vector<Address> addresses_;
    std::size_t current_ = 0;
    UniqueFd fd_;
    State state_ = State::connecting;
    TimePoint deadline_;
    TimePoint attempt_deadline_;
    std::string error_;
};

} // namespace netsane
