// The auth process: runs auth plugins, and nothing else does. Sees the passwords' stored forms, never the network.
//
// Runs in the program netsaned-auth. A login that succeeds is told to the supervisor and to nobody else; the session
// process learns of failures and of what to send next.
#pragma once

#include "daemon/ChildMain.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/DaemonPluginServices.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/LoginExchange.hxx"
#include "daemon/PacketChannel.hxx"
#include "event/EventLoop.hxx"
#include "plugin/PluginHost.hxx"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

class AuthProcess {
public:
    AuthProcess(EventLoop &loop, UniqueFd supervisor_channel, ChildOptions options);
    ~AuthProcess();

    // Blocks until the supervisor is gone or the start has failed. The exit status of the program.
    int run();

private:
    using ExchangeId = std::pair<ConnectionId, ExchangeKey>;

    struct Running {
        std::string user; // as named by the client
        const Method *method;
        std::unique_ptr<LoginExchange> exchange;
        std::unique_ptr<Timer> timer; // a step's deadline; then for Pending, and for a Fail that is to be late
        bool stepping = false;        // an outcome is awaited
        bool asked = false;           // the client has got a PASS_REQ
        bool answered = false;        // and has answered one
    };

    void supervisorMessage(MessageView message, std::vector<UniqueFd> &fds);
    void sessionMessage(MessageView message);
    void configure(const AuthSetup &setup);
    void loadMethods(const AuthSetup &setup);
    void loadMethodsAsUser(const AuthSetup &setup);
    bool canRunAsUser(const AuthSetup &setup);
    void confine();
    void sendMethods();
    void sessionEnded();

    void start(const AuthStart &start);
    void step(const ExchangeId &id, std::span<const AuthField> fields);
    void stepped(const ExchangeId &id, ExchangeOutcome outcome);
    void cancel(const ExchangeId &id);
    void cancelAll();
    void tellRefusal(const ExchangeId &id, const Running &running, const std::string &reason);
    void refuse(const ExchangeId &id, const std::string &reason, std::chrono::milliseconds wait);
    void sendFailure(const ExchangeId &id);
    void later(const ExchangeId &id, std::chrono::milliseconds delay, std::function<void()> what);

    EventLoop &loop_;
    const ChildOptions options_;
    DaemonPluginServices services_;
    std::unique_ptr<PluginHost> plugins_;
    std::vector<const Method *> methods_;
    std::chrono::milliseconds step_timeout_{0};
    ChildReaper reaper_;
    std::map<ExchangeId, Running> exchanges_; // must end before plugins_ and reaper_
    int exit_status_ = 0;
    Timer lonely_timer_; // the session process is gone and no new one comes
    std::unique_ptr<PacketChannel> session_;
    PacketChannel supervisor_;
};

} // namespace netsane
