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

void Supervisor::reload()
{
    if (stopping_ || !announced_)
        return;
    reloading_.reset();
    try {
        ServerConfig wanted = readServerConfig(options_.config_file);
        for (const auto &key : keepStartOnlyKeys(wanted, config_))
            logWarning(key + " has changed, which needs a restart; it stays as it was");
        reloading_rules_ = loadAccessRules(wanted); // throws where they are wrong
        auto for_probe = makeSessionSetup(wanted, paths_.plugin_dir);
        for_probe.expect_auth = false; // it gets no channel to an auth process
        session_->tryOut(encodeIpc(for_probe), [this](const auto &failure) { candidateTried("session", failure); });
        if (auth_)
            auth_->tryOut(authSetup(wanted), [this](const auto &failure) { candidateTried("auth", failure); });
        reloading_ = std::move(wanted);
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
    acceptor_.listenAt(reloading_->listen); // the last that can fail
    broker_->setRules(std::move(reloading_rules_.value()));
    config_ = *std::exchange(reloading_, std::nullopt);
    // The session process keeps its connections, so it takes the new setup itself. Auth plugins read their files anew;
    // a login in progress has to be tried again.
    session_->dropCandidate();
    session_->send(sessionSetup(config_));
    if (auth_)
        auth_->promoteCandidate();
    broker_->prepareList();
    logInfo("configuration reloaded");
    try {
        tellAddresses();
    } catch (const std::exception &error) {
        logError(error.what());
    }
}

void Supervisor::abandonReload(const std::string &reason)
{
    reloading_.reset();
    session_->dropCandidate();
    if (auth_)
        auth_->dropCandidate();
    logError("not reloaded, the old configuration stays: " + reason);
}

} // namespace netsane
