// The supervisor: accepts connections, runs the other processes, remembers who each connection is.
//
// One per daemon, in the program netsaned, as root where it was started so. It parses nothing from the network, loads
// no plugin and links neither OpenSSL, PAM nor libsane. What the session process says is a request, never a fact:
// identities come from the auth process alone.
#pragma once

#include "config/ServerConfig.hxx"
#include "daemon/Acceptor.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/DeviceBroker.hxx"
#include "daemon/ProgramPaths.hxx"
#include "daemon/WorkerProcess.hxx"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct SupervisorOptions {
    std::string config_file;
    std::vector<std::string> child_arguments; // --log and --verbose, handed on
    std::string ports_file;                   // written when ready; empty: none
    bool check_only = false;                  // start the processes, see that they are ready, end
    std::function<void()> on_ready;           // once
};

class Supervisor {
public:
    // Throws ConfigError, std::system_error, std::runtime_error: all that is wrong before the loop runs.
    Supervisor(EventLoop &loop, ServerConfig config, ProgramPaths paths, SupervisorOptions options);
    ~Supervisor();

    // Blocks until SIGTERM or SIGINT has been obeyed. Throws when the daemon can't start.
    void run();

private:
    struct Connection {
        DeviceBroker::Client client;
    };

    ChildSpec childSpec(const std::string &program, const std::string &extra_group) const;
    std::string judge(const SocketAddress &peer) const;
    void connectionAccepted(UniqueFd socket, const SocketAddress &peer);
    void forgetConnections();

    ByteBuffer sessionSetup() const;
    ByteBuffer authSetup() const;
    void connectWorkers();
    void workerReady();
    void startFailed(const std::string &which, const std::string &reason);
    void sessionMessage(MessageView message);
    void authMessage(MessageView message);

    void announce();
    void reload();
    void stop();
    void finishStopping();

    EventLoop &loop_;
    ServerConfig config_;
    const ProgramPaths paths_;
    const SupervisorOptions options_;
    ChildReaper reaper_;
    std::map<ConnectionId, Connection> connections_;
    std::map<std::string, std::size_t> connections_per_host_;
    ConnectionId next_connection_ = 1;
    Acceptor acceptor_;
    std::unique_ptr<DeviceBroker> broker_;
    std::unique_ptr<WorkerProcess> session_;
    std::unique_ptr<WorkerProcess> auth_; // none where auth = []
    bool announced_ = false;
    bool stopping_ = false;
    TimePoint stop_deadline_; // then what is left is killed
    Timer stop_timer_;
    SignalWatch terminate_;
    SignalWatch interrupt_;
    SignalWatch hangup_;
};

} // namespace netsane
