// Supervisor, continued: what the control socket shows of it and changes in it.

#include "config/ControlSocketPath.hxx"
#include "daemon/Supervisor.hxx"

#include <unistd.h>

namespace netsane {

void Supervisor::makeControl()
{
    control_ =
        std::make_unique<ControlCommands>(loop_, ControlCommands::Daemon{
                                                     connections_,
                                                     *broker_,
                                                     penalties_,
                                                     [this] { return statusFacts(); },
                                                     [this](const TrafficQuestion &question) {
                                                         if (session_->isReady())
                                                             session_->send(encodeIpc(question));
                                                         return session_->isReady();
                                                     },
                                                     [this](const EndNote &note) { session_->send(encodeIpc(note)); },
                                                     [this] { return reload(); },
                                                 });
    if (options_.check_only)
        return;
    const std::string path = controlPath(config_);
    control_->use(path, control_->open(path, !config_.control_socket));
}

std::string Supervisor::controlPath(const ServerConfig &config) const
{
    return controlSocketPath(config, paths_.run_dir, ::geteuid() == 0);
}

StatusFacts Supervisor::statusFacts() const
{
    StatusFacts facts;
    facts.config_file = options_.config_file;
    facts.listening = acceptor_.localAddresses();
    facts.started_at = started_at_;
    facts.reload = last_reload_;
    facts.limits = connectionLimits();
    facts.max_devices_per_user = config_.max_devices_per_user;
    facts.session_ready = session_->isReady();
    if (auth_)
        facts.auth_ready = auth_->isReady();
    facts.sandbox = sandbox_report_.texts();
    return facts;
}

void Supervisor::reloadEnded(const std::string &failure)
{
    service_report_.reloaded(failure);
    last_reload_ = StatusFacts::Reload{EventLoop::now(), failure};
    control_->reloaded(failure, restart_keys_);
}

} // namespace netsane
