// Connects to one server, trying its addresses in turn, without blocking (apart from the constructor).
//
// Owned by a connection. The owner polls fd() for pollEvents() until advance() says that it is over.
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

    // Looks up the addresses (getaddrinfo(3): blocks if the name is one for the DNS) and starts with the first. Each
    // gets an equal part of the time that is left. Throws nothing but std::bad_alloc; see error().
    Connector(const ServerName &server, std::chrono::milliseconds timeout);

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

    void lookUp(const ServerName &server);
    void addUnix(const std::string &path);
    void start(TimePoint now);
    bool tryConnect(const Address &address);
    void nextAddress(TimePoint now);

    std::string server_text_;
    std::vector<Address> addresses_;
    std::size_t current_ = 0;
    UniqueFd fd_;
    State state_ = State::connecting;
    TimePoint deadline_;
    TimePoint attempt_deadline_;
    std::string error_;
};

} // namespace netsane
