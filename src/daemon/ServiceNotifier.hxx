// What the service manager that started this process is told: that it serves, reloads, ends, lives.
//
// Owned by the supervisor; one datagram socket, none where no manager asks. Nothing is read from it, and no failure is
// more than a line in the log: the daemon serves whether or not it is listened to. Source: sd_notify(3), "Notes".
#pragma once

#include "event/EventLoop.hxx"
#include "os/SocketAddress.hxx"
#include "os/UniqueFd.hxx"

#include <string>
#include <string_view>

namespace netsane {

class ServiceNotifier {
public:
    // Tells nobody anything.
    ServiceNotifier() noexcept = default;

    // address: as in NOTIFY_SOCKET, an absolute path or "@name" of an abstract unix socket. watchdog: how long the
    // manager waits for a sign of life, 0 for ever. Throws std::invalid_argument for an address of another kind or too
    // long, std::system_error without a socket.
    explicit ServiceNotifier(const std::string &address, std::chrono::microseconds watchdog = {});

    // By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which are taken out of the environment: they are meant for no
    // child. To be called before this process forks. Throws as above.
    static ServiceNotifier fromEnvironment();

    bool isActive() const noexcept { return static_cast<bool>(socket_); }

    // How often alive() is to be called; 0: never.
    Milliseconds aliveInterval() const noexcept { return alive_interval_; }

    // These wait for a manager that doesn't read, a second at most. status: a line for people; what would end it
    // becomes '?'.
    void ready(std::string_view status) noexcept;
    void reloading() noexcept;
    void stopping(std::string_view status) noexcept;

    // These are lost where the manager doesn't read.
    void status(std::string_view text) noexcept;
    void alive() noexcept;

private:
    enum class WhenFull { wait, drop };
    void send(const std::string &message, WhenFull when_full) noexcept;

    SocketAddress address_;
    UniqueFd socket_;
    Milliseconds alive_interval_{0};
    bool has_failed_ = false; // and the log says so
};

} // namespace netsane
