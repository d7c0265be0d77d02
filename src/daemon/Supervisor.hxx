// The supervisor: accepts connections, runs the other processes, remembers who each connection is.
//
// One per daemon, in the program netsaned, as root where it was started so. It parses nothing from the network, loads
// no plugin and links neither OpenSSL, PAM nor libsane. What the session process says is a request, never a fact:
// identities and refused logins come from the auth process alone.
#pragma once

#include "config/ServerConfig.hxx"
#include "daemon/Acceptor.hxx"
#include "daemon/CertificateMaker.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/ConnectionTable.hxx"
#include "daemon/ControlCommands.hxx"
#include "daemon/DeviceBroker.hxx"
#include "daemon/DeviceWatch.hxx"
#include "daemon/DiscoveryProcess.hxx"
#include "daemon/HandedFiles.hxx"
#include "daemon/PenaltyTable.hxx"
#include "daemon/ProgramPaths.hxx"
#include "daemon/SandboxReport.hxx"
#include "daemon/ServiceReport.hxx"
#include "daemon/TraceFolder.hxx"
#include "daemon/WorkerProcess.hxx"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

struct SupervisorOptions {
    std::string config_file;
    std::vector<std::string> child_arguments; // --log and --verbose, handed on
    bool quiet_children = false;              // their standard output and error go nowhere
    std::string ports_file;                   // written when ready; empty: none
    bool check_only = false;                  // start the processes, see that they are ready, end
    std::size_t max_descriptors = 0;          // that this process and the session process may have
    std::function<void()> on_ready;           // once
};

class Supervisor {
public:
    // sockets: to listen at in place of what the configuration says; empty: none were passed on. notifier: of the
    // service manager that is told about this daemon.
    // Throws ConfigError, std::system_error, std::runtime_error: all that is wrong before the loop runs.
    Supervisor(EventLoop &loop, ServerConfig config, ProgramPaths paths, SupervisorOptions options,
               std::vector<UniqueFd> sockets, ServiceNotifier notifier);
    ~Supervisor();

    // What this process and the session process need for as many connections as are configured.
    static std::size_t descriptorsFor(const ServerConfig &config) noexcept;

    // Blocks until SIGTERM or SIGINT has been obeyed. Throws when the daemon can't start.
    void run();

private:
    ChildSpec childSpec(const std::string &program, const std::string &extra_group) const;
    bool isRoot() const noexcept; // and does the configuration leave it so
    bool wantsSandbox(const std::string &process_class) const;
    DeviceBroker::Settings brokerSettings(const ServerConfig &config) const;
    void makeBroker();
    void makeWorkers();
    ChildSpec certificateProgram() const;
    std::size_t maxConnections() const;
    ConnectionTable::Limits connectionLimits() const;
    void warnOfLimit() const;
    std::string judge(const Peer &peer) const;
    std::string describeLoad() const;
    void connectionAccepted(UniqueFd socket, const Peer &peer);
    void forgetConnections();

    // Calls on_done, from the loop or at once, when config has the files of its certificate; config must stay until
    // then.
    void withCertificate(ServerConfig &config, const CertificateMaker::OnDone &on_done);
    void startWorkers();
    SetupMessage sessionSetup(const ServerConfig &config, const HandedFiles &files) const;
    ByteBuffer authSetup(const ServerConfig &config) const;
    void connectWorkers();
    void sessionReady();
    void workerReady();
    void startFailed(const std::string &which, const std::string &reason);
    void sessionMessage(MessageView message);
    void authMessage(MessageView message);
    void loggedIn(const Identity &identity);
    void loginRefused(const LoginRefusal &refusal);
    void loginGivenUp(const LoginNote &note);

    void announce();
    void tellAddresses() const;
    void tellNetwork();
    void announceInNetwork();
    std::string reload(); // why it can't be begun; "" where it was
    void tryReload();
    void candidateTried(const std::string &which, const std::string &failure);
    void applyReload();
    void abandonReload(const std::string &reason);
    void reloadEnded(const std::string &failure);

    void makeControl();
    std::string controlPath(const ServerConfig &config) const;
    StatusFacts statusFacts() const;

    void stop();
    void finishStopping();

    EventLoop &loop_;
    ServerConfig config_;
    const ProgramPaths paths_;
    const SupervisorOptions options_;
    ChildReaper reaper_;
    ConnectionTable connections_;
    PenaltyTable penalties_;
    Acceptor acceptor_;
    TraceFolder trace_folder_;
    SandboxReport sandbox_report_;
    std::unique_ptr<DeviceBroker> broker_;
    DeviceWatch device_watch_;
    DiscoveryProcess discovery_;
    ServiceReport service_report_;
    std::unique_ptr<WorkerProcess> session_;
    std::unique_ptr<WorkerProcess> auth_;   // none where auth = []
    std::optional<ServerConfig> reloading_; // until candidates have shown that it can be used
    std::optional<AccessRules> reloading_rules_;
    std::optional<HandedFiles> reloading_files_; // what was tried is what is used
    std::vector<std::string> restart_keys_;      // that the last reload has left as they were
    std::optional<StatusFacts::Reload> last_reload_;
    const TimePoint started_at_ = EventLoop::now();
    std::unique_ptr<ControlCommands> control_;                    // always there; its socket perhaps not
    std::optional<std::pair<UniqueFd, UniqueFd>> reloading_link_; // between session and auth process
    std::unique_ptr<CertificateMaker> certificate_maker_;
    std::string check_folder_; // of a check, for a certificate that isn't there yet; empty: none
    bool announced_ = false;
    bool stopping_ = false;
    TimePoint stop_deadline_; // then what is left is killed
    Timer stop_timer_;
    Timer check_done_;
    SignalWatch terminate_;
    SignalWatch interrupt_;
    SignalWatch hangup_;
};

} // namespace netsane
