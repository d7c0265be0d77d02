// Supervisor, continued: SIGHUP. All of the new configuration or nothing of it: processes that are tried out beside the
// running ones show whether it can be used.

#include "config/ConfigReload.hxx"
#include "daemon/AccessRulesLoader.hxx"
#include "daemon/Log.hxx"
#include "daemon/Supervisor.hxx"
#include "daemon/WorkerSetups.hxx"

#include <exception>
#include <utility>

namespace netsane {

std::string Supervisor::reload()
{
    if (stopping_ || !announced_)
        return stopping_ ? "the server is ending" : "the server is starting";
    service_report_.reloading();
    certificate_maker_->cancel();
    session_->dropCandidate(); // of a reload that isn't done yet
    if (auth_)
        auth_->dropCandidate();
    reloading_.reset();
    restart_keys_.clear();
    try {
        ServerConfig wanted = readServerConfig(options_.config_file);
        restart_keys_ = keepStartOnlyKeys(wanted, config_);
        for (const auto &key : restart_keys_)
            logWarning(key + " has changed, which needs a restart; it stays as it was");
        reloading_rules_ = loadAccessRules(wanted); // throws where they are wrong
        reloading_ = std::move(wanted);
        withCertificate(*reloading_,
                        [this](const std::string &failure) { failure.empty() ? tryReload() : abandonReload(failure); });
    } catch (const std::exception &error) {
        abandonReload(error.what());
    }
    return "";
}

void Supervisor::tryReload()
{
    try {
        reloading_files_.emplace(*reloading_);
        SessionSetup for_probe = makeSessionSetup(*reloading_, paths_.plugin_dir);
        for_probe.expect_auth = false; // it gets no channel to an auth process
        for_probe.files = reloading_files_->list();
        for_probe.trial = true;
        for_probe.confined_first = true;
        session_->tryOut({encodeIpc(for_probe), reloading_files_->duplicates()},
                         [this](const auto &failure) { candidateTried("session", failure); });
        if (auth_)
            auth_->tryOut(authSetup(*reloading_), [this](const auto &failure) { candidateTried("auth", failure); });
    } catch (const std::exception &error) {
        abandonReload(error.what());
    }
}

void Supervisor::candidateTried(const std::string &which, const std::string &failure)
{
    if (!reloading_)
        return;
    if (!failure.empty())
        return abandonReload("the " + which + " process can't use the new one: " + failure);
    if (!session_->hasReadyCandidate() || (auth_ && !auth_->hasReadyCandidate()))
        return;
    try {
        applyReload();
    } catch (const std::exception &error) {
        abandonReload(error.what());
    }
}

void Supervisor::applyReload()
{
    // What can fail comes first, and changes nothing when it does.
    auto broker_settings = brokerSettings(*reloading_); // looks up users and groups
    const std::string control_path = controlPath(*reloading_);
    auto control_listener = control_->open(control_path, !reloading_->control_socket);
    TraceFolder trace_folder(*reloading_, TraceFolder::Missing::make);
    auto setup = sessionSetup(*reloading_, *reloading_files_);
    if (auth_)
        reloading_link_ = packetSocketPair();
    acceptor_.listenAt(reloading_->listen);
    // From here on a process that can't follow is started again, with the new configuration.
    control_->use(control_path, std::move(control_listener));
    trace_folder_ = std::move(trace_folder);
    broker_->setRules(std::move(reloading_rules_.value()));
    config_ = *std::exchange(reloading_, std::nullopt);
    // The session process keeps its connections, so it takes the new setup itself. Auth plugins read their files anew;
    // a login in progress has to be tried again.
    session_->dropCandidate();
    reloading_files_.reset();
    session_->send(setup.message, std::move(setup.fds));
    if (auth_)
        auth_->promoteCandidate();
    reloading_link_.reset(); // unless the session process was just gone
    broker_->configure(std::move(broker_settings));
    device_watch_.start(config_.sane_list_refresh);
    logInfo("configuration reloaded");
    warnOfLimit(); // which is the one of the start: the session process has it, too
    try {
        tellAddresses();
    } catch (const std::exception &error) {
        logError(error.what());
    }
    tellNetwork();
    reloadEnded("");
}

void Supervisor::abandonReload(const std::string &reason)
{
    reloading_.reset();
    reloading_files_.reset();
    reloading_link_.reset();
    certificate_maker_->cancel();
    session_->dropCandidate();
    if (auth_)
        auth_->dropCandidate();
    logError("not reloaded, the old configuration stays: " + reason);
    reloadEnded(reason);
}

} // namespace netsane
