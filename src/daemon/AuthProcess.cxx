#include "daemon/AuthProcess.hxx"

#include "daemon/BorrowedIdentity.hxx"
#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "os/SecureMemory.hxx"
#include "plugin/PluginError.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_exchanges = 1024;
constexpr Milliseconds lonely_time{10000};

std::vector<AuthField> views(const std::vector<std::vector<std::byte>> &fields)
{
    return {fields.begin(), fields.end()};
}

} // namespace

AuthProcess::AuthProcess(EventLoop &loop, UniqueFd supervisor_channel, ChildOptions options)
    : loop_(loop),
      options_(options),
      reaper_(loop),
      lonely_timer_(
          loop,
          [this] {
              logError(
                  "no new session process came, which logins would be for: this process ends and is started again");
              exit_status_ = EXIT_FAILURE;
              loop_.stop();
          }),
      supervisor_(
          loop, std::move(supervisor_channel),
          [this](MessageView message, std::vector<UniqueFd> &fds) { supervisorMessage(message, fds); },
          [this](const std::string &) { loop_.stop(); })
{
}

AuthProcess::~AuthProcess() = default;

int AuthProcess::run()
{
    loop_.run();
    return exit_status_;
}

void AuthProcess::supervisorMessage(MessageView message, std::vector<UniqueFd> &fds)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::auth_setup:
        return configure(decodeAuthSetup(message));
    case IpcCommand::session_channel:
        if (fds.size() != 1)
            return;
        cancelAll(); // of the session process that is gone
        session_ = std::make_unique<PacketChannel>(
            loop_, std::move(fds.front()), [this](MessageView m, std::vector<UniqueFd> &) { sessionMessage(m); },
            [this](const std::string &) { sessionEnded(); });
        lonely_timer_.cancel();
        return sendMethods();
    case IpcCommand::ping:
        return supervisor_.send(encodeIpc(IpcCommand::pong));
    default:
        logWarning("the supervisor sent command " + std::to_string(message.command));
    }
}

// The supervisor sends a new channel when it has started a new session process. Where only the channel was lost nobody
// would: then this process ends, is started again, and both get a new one.
void AuthProcess::sessionEnded()
{
    cancelAll();
    session_.reset();
    lonely_timer_.schedule(lonely_time);
}

// --- setup ----------------------------------------------------------------------------------------------------

void AuthProcess::configure(const AuthSetup &setup)
{
    services_.setSettings(setup.settings);
    step_timeout_ = std::chrono::milliseconds(setup.step_timeout_ms);
    try {
        if (setup.drop_to_user.empty())
            loadMethods(setup);
        else
            loadMethodsAsUser(setup);
    } catch (const std::exception &error) {
        supervisor_.send(encodeIpc(IpcCommand::start_failed, error.what()));
        supervisor_.drain();
        exit_status_ = EXIT_FAILURE;
        return loop_.stop();
    }
    confine();
    supervisor_.send(encodeIpc(IpcCommand::ready));
    sendMethods();
}

// A method that wants root in a process that isn't root depends on programs that have more rights (PAM's unix_chkpwd
// has those of the group shadow), which no_new_privs would take from them.
void AuthProcess::confine()
{
    const bool needs_root = std::any_of(methods_.begin(), methods_.end(),
                                        [](const Method *method) { return method->has(NETSANE_FLAG_NEEDS_ROOT); });
    const bool may_run_setuid = needs_root && ::geteuid() != 0;
    if (!may_run_setuid && !setNoNewPrivileges())
        throwErrno("set no_new_privs");
    supervisor_.send(
        encodeIpc(IpcCommand::confined, options_.sandbox ? confineAuth(may_run_setuid) : describeUnconfined()));
}

void AuthProcess::loadMethods(const AuthSetup &setup)
{
    plugins_ = std::make_unique<PluginHost>(setup.plugin_dir, services_);
    for (const auto &name : setup.auth) {
        const Method &method = plugins_->load(PluginKind::Auth, name);
        if (!method.supports(Role::Server))
            throw std::runtime_error("auth method " + name + " has no server role");
        methods_.push_back(&method);
        if (method.has(NETSANE_FLAG_NEEDS_ROOT) && setup.drop_to_user.empty() && ::geteuid() != 0)
            logWarning("the auth method " + name + " wants root, which this process hasn't: it may refuse everybody");
    }
}

// Plugins are initialised as the user that they will run as, so that a file they can't read is noticed now and not at
// the first login. Where one needs root all are initialised again as root.
void AuthProcess::loadMethodsAsUser(const AuthSetup &setup)
{
    {
        BorrowedIdentity identity(lookupIdentity(setup.drop_to_user, ""));
        if (canRunAsUser(setup)) {
            identity.keep();
            return logDebug("no method needs root: running as " + setup.drop_to_user);
        }
        methods_.clear();
        plugins_.reset();
    }
    loadMethods(setup);
}

bool AuthProcess::canRunAsUser(const AuthSetup &setup)
{
    try {
        loadMethods(setup);
    } catch (const NeedsRootError &error) {
        logInfo(error.what());
        return false;
    }
    const auto needs_root = std::find_if(methods_.begin(), methods_.end(),
                                         [](const Method *method) { return method->has(NETSANE_FLAG_NEEDS_ROOT); });
    if (needs_root != methods_.end())
        logInfo("the auth method " + (*needs_root)->name() + " needs root: the auth process stays root");
    return needs_root == methods_.end();
}

void AuthProcess::sendMethods()
{
    if (!session_ || methods_.empty())
        return;
    std::vector<AuthMethodInfo> list;
    for (const Method *const method : methods_) {
        std::uint32_t flags = 0;
        for (std::uint32_t bit = 1; bit != 0; bit <<= 1)
            flags |= method->has(bit) ? bit : 0;
        list.push_back({method->id(), flags, method->name()});
    }
    session_->send(encodeIpc(list));
}

// --- logins ---------------------------------------------------------------------------------------------------

void AuthProcess::sessionMessage(MessageView message)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::auth_start:
        return start(decodeAuthStart(message));
    case IpcCommand::auth_step: {
        auto fields = decodeAuthFields(message);
        step({fields.connection, fields.exchange}, views(fields.fields));
        for (auto &field : fields.fields)
            wipe(field);
        return;
    }
    case IpcCommand::auth_cancel: {
        const auto note = decodeExchangeNote(message);
        return cancel({note.connection, note.exchange});
    }
    default:
        logWarning("the session process sent command " + std::to_string(message.command));
    }
}

void AuthProcess::start(const AuthStart &start)
{
    const ExchangeId id{start.connection, start.exchange};
    const auto method =
        std::find_if(methods_.begin(), methods_.end(), [&](const Method *each) { return each->id() == start.method; });
    if (method == methods_.end() || exchanges_.size() >= max_exchanges || exchanges_.contains(id)) {
        logWarning("the session process asked for a login that can't be: no such method, or too many at once");
        cancel(id);
        return sendFailure(id);
    }
    AuthParameters parameters;
    parameters.user = start.user;
    parameters.peer = start.peer;
    parameters.confidential = start.confidential;
    parameters.local = start.local;
    parameters.attempt = start.attempt;
    parameters.channel_binding = start.channel_binding;
    parameters.peer_name = start.peer_name;
    parameters.deadline = services_.monotonicNow() + std::chrono::milliseconds(start.timeout_ms);
    Running &running = exchanges_[id];
    running.user = start.user;
    running.method = *method;
    try {
        running.exchange = startExchange(loop_, reaper_, **method, std::move(parameters),
                                         [this, id](ExchangeOutcome outcome) { stepped(id, std::move(outcome)); });
    } catch (const std::exception &error) {
        return refuse(id, error.what(), {});
    }
    step(id, {});
}

void AuthProcess::step(const ExchangeId &id, std::span<const AuthField> fields)
{
    const auto running = exchanges_.find(id);
    if (running == exchanges_.end())
        return sendFailure(id); // of a process before this one
    if (!running->second.exchange || std::exchange(running->second.stepping, true))
        return logWarning("the session process made a step of a login out of turn");
    running->second.answered = running->second.asked;
    later(id, step_timeout_, [this, id] { refuse(id, "the method has not answered in time", {}); });
    running->second.exchange->step(fields);
}

void AuthProcess::stepped(const ExchangeId &id, ExchangeOutcome outcome)
{
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end())
        return;
    Running &running = found->second;
    running.timer.reset();
    running.stepping = false;
    switch (outcome.verdict) {
    case AuthVerdict::Continue:
        running.asked = true;
        if (session_)
            session_->send(encodeIpc(IpcCommand::auth_continue, AuthFields{id.first, id.second, outcome.fields}));
        return;
    case AuthVerdict::Pending:
        return later(id, outcome.wait, [this, id] { step(id, {}); });
    case AuthVerdict::Ok:
        supervisor_.send(
            encodeIpc(IpcCommand::identity, Identity{id.first, id.second, outcome.identity, running.method->name()}));
        exchanges_.erase(found);
        return;
    case AuthVerdict::NotApplicable:
        // What a method has asked the client for it has to judge.
        if (running.asked)
            return refuse(id, outcome.reason, outcome.wait);
        exchanges_.erase(found);
        if (session_)
            session_->send(encodeIpc(IpcCommand::auth_not_applicable, ExchangeNote{id.first, id.second}));
        return;
    case AuthVerdict::Fail:
    case AuthVerdict::Internal:
        return refuse(id, outcome.reason, outcome.wait);
    }
}

// Who leaves with an answer given and no verdict has failed: else a guess that takes longer than a login that succeeds,
// or that is followed by another question, would cost nothing.
void AuthProcess::cancel(const ExchangeId &id)
{
    const auto running = exchanges_.find(id);
    if (running == exchanges_.end())
        return;
    if (running->second.answered && running->second.exchange)
        tellRefusal(id, running->second, "the client left before it was decided");
    exchanges_.erase(running);
}

void AuthProcess::cancelAll()
{
    while (!exchanges_.empty())
        cancel(ExchangeId(exchanges_.begin()->first));
}

void AuthProcess::tellRefusal(const ExchangeId &id, const Running &running, const std::string &reason)
{
    supervisor_.send(encodeIpc(LoginRefusal{id.first, running.user, running.method->name(), reason}));
}

// A refusal may be asked to come late, so that its time tells nothing.
void AuthProcess::refuse(const ExchangeId &id, const std::string &reason, std::chrono::milliseconds wait)
{
    Running &running = exchanges_.at(id);
    tellRefusal(id, running, reason.empty() ? std::string("no reason given") : reason);
    running.stepping = false;
    running.exchange.reset();
    later(id, wait, [this, id] { sendFailure(id); });
}

void AuthProcess::sendFailure(const ExchangeId &id)
{
    exchanges_.erase(id);
    if (session_)
        session_->send(encodeIpc(IpcCommand::auth_failed, ExchangeNote{id.first, id.second}));
}

void AuthProcess::later(const ExchangeId &id, std::chrono::milliseconds delay, std::function<void()> what)
{
    auto &timer = exchanges_.at(id).timer;
    timer = std::make_unique<Timer>(loop_, std::move(what));
    timer->schedule(delay);
}

} // namespace netsane
