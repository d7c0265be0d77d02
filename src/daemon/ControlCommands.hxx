// Does what is asked on the control socket, and answers: status, kick, reload (doc/control.md).
//
// Owned by the supervisor, which lends its tables and does what changes the daemon. A status waits for the session
// process's count of bytes, but never for long; a reload is answered when it is over.
#pragma once

#include "daemon/ControlRequest.hxx"
#include "daemon/ControlSocket.hxx"
#include "daemon/StatusReport.hxx"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace netsane {

class ControlCommands {
public:
    struct Daemon {
        const ConnectionTable &connections;
        const DeviceBroker &broker;
        const PenaltyTable &penalties;
        std::function<StatusFacts()> facts;
        // False where there is no session process to ask.
        std::function<bool(const TrafficQuestion &)> ask_traffic;
        std::function<void(const EndNote &)> end_connection;
        // Tells why it can't be begun, "" where it was: reloaded() follows, perhaps before it returns.
        std::function<std::string()> reload;
    };

    ControlCommands(EventLoop &loop, Daemon daemon);

    // is_default: nobody has asked for that very path. It then can't be had with a warning, and there is no control
    // socket; else std::runtime_error is thrown. nullptr where path is "" or the one in use.
    std::unique_ptr<ControlListener> open(const std::string &path, bool is_default) const;
    // What open() gave for the same path; nothing is changed where that is in use.
    void use(const std::string &path, std::unique_ptr<ControlListener> listener);

    void startAccepting() { socket_.startAccepting(); }
    void stop();

    // From the session process.
    void traffic(const TrafficReport &report);
    // A reload is over. restart_keys: what has changed in the file and needs a restart.
    void reloaded(const std::string &failure, const std::vector<std::string> &restart_keys);

private:
    using CallId = ControlSocket::CallId;

    void request(CallId call, const ControlSocket::Caller &caller, std::string_view line);
    void askStatus(CallId call);
    void tellStatus();
    void kick(CallId call, const ControlSocket::Caller &caller, const ControlRequest &request);
    std::vector<ConnectionId> meantBy(const ControlRequest &request) const;
    void reload(CallId call, const ControlSocket::Caller &caller);

    const Daemon daemon_;
    ControlSocket socket_;
    std::vector<CallId> status_calls_; // that wait for traffic
    TrafficTable traffic_;             // of the question
    std::uint32_t serial_ = 0;         // of it
    bool traffic_asked_ = false;
    Timer traffic_patience_;
    std::vector<CallId> reload_calls_;
};

} // namespace netsane
