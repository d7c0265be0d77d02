#include "daemon/SessionProcess.hxx"

#include "daemon/Log.hxx"
#include "daemon/RefusedCall.hxx"
#include "sandbox/Sandbox.hxx"

#include <cstdlib>
#include <exception>
#include <utility>

namespace netsane {

SessionProcess::SessionProcess(EventLoop &loop, UniqueFd supervisor_channel, ChildOptions options)
    : loop_(loop),
      options_(options),
      evictions_timer_(loop, [this] { tellEvictions(); }),
      bury_(loop, [this] { bury(); }),
      supervisor_(
          loop, std::move(supervisor_channel),
          [this](MessageView message, std::vector<UniqueFd> &fds) { supervisorMessage(message, fds); },
          [this](const std::string &) { supervisorEnded(); })
{
}

SessionProcess::~SessionProcess() = default;

int SessionProcess::run()
{
    loop_.run();
    return exit_status_;
}

// --- setup ----------------------------------------------------------------------------------------------------

void SessionProcess::supervisorMessage(MessageView message, std::vector<UniqueFd> &fds)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::session_setup:
        return configure(decodeSessionSetup(message), std::move(fds));
    case IpcCommand::auth_channel:
        if (fds.size() != 1)
            return;
        if (auth_)
            authEnded(); // its end of file is still on the way
        auth_ = std::make_unique<PacketChannel>(
            loop_, std::move(fds.front()), [this](MessageView m, std::vector<UniqueFd> &) { authMessage(m); },
            [this](const std::string &) { authEnded(); });
        return;
    case IpcCommand::new_connection:
        if (!fds.empty())
            addConnection(decodeNewConnection(message), std::move(fds));
        else // lost on the way: no descriptors left here
            connectionEnded(decodeNewConnection(message).connection);
        return;
    case IpcCommand::open_result: {
        const auto result = decodeOpenResult(message);
        if (auto *const connection = find(result.connection))
            connection->openResult(result, fds.empty() ? UniqueFd() : std::move(fds.front()));
        return;
    }
    case IpcCommand::device_list: {
        const auto list = decodeDeviceList(message);
        if (list.version_code != 0) {
            version_code_ = list.version_code;
            for (const auto &[id, connection] : connections_)
                connection->setVersionCode(version_code_);
        }
        if (auto *const connection = find(list.connection))
            connection->devicesListed(list.reply);
        return;
    }
    case IpcCommand::logged_in: {
        const auto identity = decodeIdentity(message);
        if (auto *const connection = find(identity.connection))
            connection->loggedIn(identity);
        return;
    }
    case IpcCommand::ask_traffic:
        return tellTraffic(decodeTrafficQuestion(message).serial);
    case IpcCommand::end_connection: {
        const auto note = decodeEndNote(message);
        if (auto *const connection = find(note.connection))
            connection->fail(note.reason);
        return;
    }
    case IpcCommand::ping:
        return supervisor_.send(encodeIpc(IpcCommand::pong));
    default:
        logWarning("the supervisor sent command " + std::to_string(message.command));
    }
}

// A process that runs and can't take over what another one could in a trial ends: the one that is started in its place
// has all of the new configuration.
void SessionProcess::configure(const SessionSetup &setup, std::vector<UniqueFd> fds)
{
    if (setup.confined_first)
        confine(setup.plugin_dir);
    try {
        crypt_methods_ = std::make_shared<const CryptMethods>(setup, std::move(fds));
    } catch (const std::exception &error) {
        supervisor_.send(encodeIpc(IpcCommand::start_failed, error.what()));
        supervisor_.drain();
        exit_status_ = EXIT_FAILURE;
        return loop_.stop();
    }
    settings_.login_at_connect = setup.login_at_connect;
    settings_.allow_clear_passwords = setup.allow_clear_passwords;
    settings_.auth_tries = setup.auth_tries;
    settings_.auth_fail_delay = SessionDuration(setup.auth_fail_delay_ms);
    settings_.login_timeout = SessionDuration(setup.login_timeout_ms);
    settings_.idle_timeout = SessionDuration(setup.idle_timeout_ms);
    settings_.close_timeout = SessionDuration(setup.close_timeout_ms);
    expect_auth_ = setup.expect_auth;
    configured_ = true;
    confine(setup.plugin_dir);
    becomeReady();
}

// Once, when the methods of the start are loaded and before the first client is there.
void SessionProcess::confine(const std::string &plugin_dir)
{
    if (std::exchange(confined_, true))
        return;
    const SessionSandbox sandbox{plugin_dir, options_.log == LogTarget::syslog, reportRefusedCall};
    const std::string text = options_.sandbox ? confineSession(sandbox) : describeUnconfined();
    supervisor_.send(encodeIpc(IpcCommand::confined, text));
}

void SessionProcess::becomeReady()
{
    if (ready_ || !configured_ || (expect_auth_ && settings_.auth_methods.empty()))
        return;
    ready_ = true;
    supervisor_.send(encodeIpc(IpcCommand::ready));
}

void SessionProcess::supervisorEnded()
{
    tellEvictions();
    for (const auto &[id, connection] : connections_)
        connection->fail("the server is ending");
    loop_.stop();
}

// --- the auth process -----------------------------------------------------------------------------------------

void SessionProcess::authMessage(MessageView message)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::auth_methods:
        settings_.auth_methods = decodeAuthMethods(message);
        for (const auto &[id, connection] : connections_)
            connection->authReady();
        return becomeReady();
    case IpcCommand::auth_continue: {
        auto fields = decodeAuthFields(message);
        if (auto *const connection = find(fields.connection))
            connection->authContinues(std::move(fields));
        return;
    }
    case IpcCommand::auth_failed: {
        const auto note = decodeExchangeNote(message);
        if (auto *const connection = find(note.connection))
            connection->authFailed(note);
        return;
    }
    case IpcCommand::auth_not_applicable: {
        const auto note = decodeExchangeNote(message);
        if (auto *const connection = find(note.connection))
            connection->authNotApplicable(note);
        return;
    }
    default:
        logWarning("the auth process sent command " + std::to_string(message.command));
    }
}

void SessionProcess::authEnded()
{
    auth_.reset();
    // Each may end its connection, which takes it out of the map later, not now.
    for (const auto &[id, connection] : connections_)
        connection->authGone();
}

// --- connections ----------------------------------------------------------------------------------------------

void SessionProcess::addConnection(const NewConnection &connection, std::vector<UniqueFd> fds)
{
    const bool has_room = makeRoom(connection);
    PeerInfo peer{connection.peer, connection.local};
    auto made = std::make_unique<ClientConnection>(loop_, *this, connection.connection, std::move(fds.front()),
                                                   std::move(peer), settings_, crypt_methods_, version_code_);
    ClientConnection &added = *made;
    if (connection.trace_limit_mb != 0 && fds.size() == 2)
        added.record(std::move(fds.back()), connection.trace_limit_mb);
    connections_.insert_or_assign(connection.connection, std::move(made));
    added.start();
    if (!has_room)
        added.failNow("the server has too many connections on which nobody has logged in or opened a device, and all "
                      "are in use (max_strangers)",
                      !mayLogEviction());
}

// The supervisor knows whose turn it is, this process who can be spared. A login that waits for its client is spared
// where there is anybody else. False when the newcomer has to go.
bool SessionProcess::makeRoom(const NewConnection &newcomer)
{
    for (const auto use : {ServerSession::Use::idle, ServerSession::Use::waits_for_client})
        for (const ConnectionId id : newcomer.in_the_way)
            if (auto *const connection = find(id); connection && connection->use() == use) {
                connection->failNow("its place was needed: the server has many connections on which nobody has logged "
                                    "in or opened a device (max_strangers)",
                                    !mayLogEviction());
                return true;
            }
    return !newcomer.is_full;
}

// Whoever connects a thousand times a second doesn't fill the log.
bool SessionProcess::mayLogEviction()
{
    if (evictions_.mayLog(EventLoop::now()))
        return true;
    if (evictions_.counted() == 1)
        evictions_timer_.schedule(RefusalLog::interval);
    return false;
}

void SessionProcess::tellEvictions()
{
    if (const auto count = evictions_.takeCount(); count != 0)
        logWarning(std::to_string(count) + " more connections had to go, or found no place (max_strangers)");
}

ClientConnection *SessionProcess::find(ConnectionId id) noexcept
{
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.get();
}

void SessionProcess::connectionEnded(ConnectionId id)
{
    sendToSupervisor(encodeIpc(IpcCommand::connection_closed, ConnectionNote{id}));
    // It is called from within the connection, perhaps from a loop over all of them.
    ended_connections_.push_back(id);
    bury_.schedule(Milliseconds(0));
}

void SessionProcess::tellTraffic(std::uint32_t serial)
{
    TrafficReport report{serial, false, {}};
    for (const auto &[id, connection] : connections_) {
        if (report.connections.size() == TrafficReport::max_connections) {
            sendToSupervisor(encodeIpc(report));
            report.connections.clear();
        }
        report.connections.push_back(connection->traffic());
    }
    report.last = true;
    sendToSupervisor(encodeIpc(report));
}

void SessionProcess::bury()
{
    for (const ConnectionId id : std::exchange(ended_connections_, {}))
        connections_.erase(id);
}

void SessionProcess::sendToSupervisor(const ByteBuffer &message)
{
    supervisor_.send(message);
}

bool SessionProcess::sendToAuth(const ByteBuffer &message)
{
    if (auth_)
        auth_->send(message);
    return auth_ != nullptr;
}

} // namespace netsane
