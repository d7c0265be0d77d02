#include "daemon/Supervisor.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds stop_poll{20};
constexpr Milliseconds stop_grace{8000};

std::uint32_t inMilliseconds(std::chrono::seconds seconds)
{
    return static_cast<std::uint32_t>(std::chrono::milliseconds(seconds).count());
}

std::string joined(const std::vector<std::string> &list)
{
    std::string text;
    for (const auto &entry : list)
        text += (text.empty() ? "" : ",") + entry;
    return text;
}

void addSettings(std::map<std::string, std::string> &out, const std::string &kind,
                 const std::map<std::string, MethodSettings, std::less<>> &methods)
{
    for (const auto &[method, settings] : methods)
        for (const auto &[key, value] : settings)
            out.emplace(kind + "." + method + "." + key, value);
}

// Whole or not at all: a reader never sees half of it.
void writeFile(const std::string &path, const std::vector<std::string> &lines)
{
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::trunc);
    for (const auto &line : lines)
        file << line << '\n';
    file.close();
    if (!file || std::rename(temporary.c_str(), path.c_str()) != 0)
        throw std::runtime_error("can't write " + path);
}

} // namespace

Supervisor::Supervisor(EventLoop &loop, ServerConfig config, ProgramPaths paths, SupervisorOptions options)
    : loop_(loop),
      config_(std::move(config)),
      paths_(std::move(paths)),
      options_(std::move(options)),
      reaper_(loop),
      acceptor_(
          loop, [this](const SocketAddress &peer) { return judge(peer); },
          [this](UniqueFd socket, const SocketAddress &peer) { connectionAccepted(std::move(socket), peer); }),
      stop_timer_(loop, [this] { finishStopping(); }),
      terminate_(loop, SIGTERM, [this] { stop(); }),
      interrupt_(loop, SIGINT, [this] { stop(); }),
      hangup_(loop, SIGHUP, [this] { reload(); })
{
    if (!options_.check_only && !acceptor_.takeOverSockets())
        acceptor_.listenAt(config_.listen);

    DeviceBroker::Settings settings;
    settings.device_program = childSpec("netsaned-device", config_.group);
    settings.device_program.die_with_parent = false;
    auto &arguments = settings.device_program.arguments;
    arguments = {"--fd", std::to_string(child_channel_fd), "--exclude", joined(config_.sane_exclude)};
    arguments.insert(arguments.end(),
                     {"--sane-config-dir", config_.sane_config_dir.empty() ? "/etc/sane.d" : config_.sane_config_dir});
    settings.list_timeout = config_.sane_list_timeout;
    settings.list_max_age = config_.sane_list_max_age;
    broker_ = std::make_unique<DeviceBroker>(
        loop_, reaper_, std::move(settings), AccessRules(config_),
        [this](ConnectionId id) {
            const auto found = connections_.find(id);
            return found == connections_.end() ? nullptr : &found->second.client;
        },
        [this](const OpenResult &result, UniqueFd channel) {
            std::vector<UniqueFd> fds;
            if (channel)
                fds.push_back(std::move(channel));
            session_->send(encodeIpc(result), std::move(fds));
        },
        [this](const DeviceList &list) { session_->send(encodeIpc(list)); });

    WorkerProcess::Callbacks session{
        [this] { return sessionSetup(); },
        [this] { connectWorkers(); },
        [this] { workerReady(); },
        [this](MessageView message, std::vector<UniqueFd> &) { sessionMessage(message); },
        [this] { forgetConnections(); },
        [this](const std::string &reason) { startFailed("session", reason); },
    };
    session_ = std::make_unique<WorkerProcess>(loop_, reaper_, "session", childSpec("netsaned-session", ""),
                                               std::move(session));
    if (!config_.auth.empty()) {
        WorkerProcess::Callbacks auth{
            [this] { return authSetup(); },
            [this] { connectWorkers(); },
            [this] { workerReady(); },
            [this](MessageView message, std::vector<UniqueFd> &) { authMessage(message); },
            [] {},
            [this](const std::string &reason) { startFailed("auth", reason); },
        };
        ChildSpec spec = childSpec("netsaned-auth", "");
        spec.identity.reset(); // gives up root itself once it knows that no method needs it
        auth_ = std::make_unique<WorkerProcess>(loop_, reaper_, "auth", std::move(spec), std::move(auth));
    }
}

Supervisor::~Supervisor() = default;

ChildSpec Supervisor::childSpec(const std::string &program, const std::string &extra_group) const
{
    ChildSpec spec{paths_.program_dir + "/" + program, options_.child_arguments, {}, false};
    if (::geteuid() == 0 && config_.user != "root")
        spec.identity = lookupIdentity(config_.user, extra_group);
    return spec;
}

void Supervisor::run()
{
    if (::geteuid() != 0)
        logInfo("not started as root: all processes run as this user");
    else if (config_.user == "root")
        logWarning("user = \"root\": no process gives up root");
    if (auth_)
        auth_->start();
    session_->start();
    loop_.run();
}

// --- the other processes --------------------------------------------------------------------------------------

ByteBuffer Supervisor::sessionSetup() const
{
    SessionSetup setup;
    setup.plugin_dir = config_.plugin_dir.empty() ? paths_.plugin_dir : config_.plugin_dir;
    setup.crypt = config_.crypt;
    setup.expect_auth = auth_ != nullptr;
    setup.login_at_connect = config_.auth_at == AuthAt::connect;
    setup.allow_clear_passwords = config_.allow_clear_passwords;
    setup.auth_tries = config_.auth_tries;
    setup.auth_fail_delay_ms = inMilliseconds(config_.auth_fail_delay);
    setup.login_timeout_ms = inMilliseconds(config_.login_timeout);
    setup.idle_timeout_ms = inMilliseconds(config_.idle_timeout);
    addSettings(setup.settings, "crypt", config_.crypt_settings);
    return encodeIpc(setup);
}

ByteBuffer Supervisor::authSetup() const
{
    AuthSetup setup;
    setup.plugin_dir = config_.plugin_dir.empty() ? paths_.plugin_dir : config_.plugin_dir;
    setup.auth = config_.auth;
    if (::geteuid() == 0 && config_.user != "root")
        setup.drop_to_user = config_.user;
    addSettings(setup.settings, "auth", config_.auth_settings);
    return encodeIpc(setup);
}

// Whenever one of the two is new, both get an end of a new channel between them.
void Supervisor::connectWorkers()
{
    if (!auth_ || !auth_->isRunning() || !session_->isRunning())
        return;
    auto [session_end, auth_end] = packetSocketPair();
    std::vector<UniqueFd> to_session;
    to_session.push_back(std::move(auth_end));
    session_->send(encodeIpc(IpcCommand::auth_channel), std::move(to_session));
    std::vector<UniqueFd> to_auth;
    to_auth.push_back(std::move(session_end));
    auth_->send(encodeIpc(IpcCommand::session_channel), std::move(to_auth));
}

void Supervisor::workerReady()
{
    if (session_->isReady() && (!auth_ || auth_->isReady()) && !std::exchange(announced_, true))
        announce();
}

void Supervisor::announce()
{
    if (options_.check_only)
        return stop();
    broker_->prepareList();
    acceptor_.startAccepting();
    const auto addresses = acceptor_.localAddresses();
    for (const auto &address : addresses)
        logInfo("listening at " + address);
    if (!options_.ports_file.empty())
        writeFile(options_.ports_file, addresses);
    if (options_.on_ready)
        options_.on_ready();
}

void Supervisor::startFailed(const std::string &which, const std::string &reason)
{
    reaper_.killAll(SIGTERM);
    throw std::runtime_error("the " + which + " process can't start: " + reason);
}

void Supervisor::sessionMessage(MessageView message)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::connection_closed: {
        const auto connection = connections_.find(decodeConnectionNote(message).connection);
        if (connection == connections_.end())
            return;
        broker_->connectionClosed(connection->first);
        const auto host = connections_per_host_.find(connection->second.client.peer.limitKey());
        if (host != connections_per_host_.end() && --host->second == 0)
            connections_per_host_.erase(host);
        connections_.erase(connection);
        return;
    }
    case IpcCommand::open_device: {
        const auto note = decodeDeviceNote(message);
        return broker_->openDevice(note.connection, note.device, note.name);
    }
    case IpcCommand::close_device: {
        const auto note = decodeDeviceNote(message);
        return broker_->closeDevice(note.connection, note.device);
    }
    case IpcCommand::list_devices:
        return broker_->listDevices(decodeConnectionNote(message).connection);
    default:
        logWarning("the session process sent command " + std::to_string(message.command));
    }
}

void Supervisor::authMessage(MessageView message)
{
    if (static_cast<IpcCommand>(message.command) != IpcCommand::identity)
        return logWarning("the auth process sent command " + std::to_string(message.command));
    const auto identity = decodeIdentity(message);
    const auto connection = connections_.find(identity.connection);
    if (connection == connections_.end())
        return;
    // A connection logs in again after a crypto switch (protocol.md §5).
    connection->second.client.user = identity.user;
    logInfo("connection " + std::to_string(identity.connection) + " from " + connection->second.client.peer.toString() +
            " is " + identity.user);
    session_->send(encodeIpc(IpcCommand::logged_in, identity));
}

// --- connections ----------------------------------------------------------------------------------------------

std::string Supervisor::judge(const SocketAddress &peer) const
{
    if (connections_.size() >= config_.max_connections)
        return "the server has as many connections as it may (max_connections)";
    const auto host = connections_per_host_.find(peer.limitKey());
    if (host != connections_per_host_.end() && host->second >= config_.max_connections_per_host)
        return "this host has as many connections as it may (max_connections_per_host)";
    if (!session_->isReady())
        return "the server is starting";
    return "";
}

void Supervisor::connectionAccepted(UniqueFd socket, const SocketAddress &peer)
{
    const ConnectionId id = next_connection_++;
    connections_.emplace(id, Connection{{peer, {}}});
    ++connections_per_host_[peer.limitKey()];
    logInfo("connection " + std::to_string(id) + " from " + peer.toString());
    std::vector<UniqueFd> fds;
    fds.push_back(std::move(socket));
    session_->send(encodeIpc(NewConnection{id, peer.hostText(), peer.isLoopback()}), std::move(fds));
}

void Supervisor::forgetConnections()
{
    for (const auto &[id, connection] : connections_)
        broker_->connectionClosed(id);
    connections_.clear();
    connections_per_host_.clear();
}

// --- signals --------------------------------------------------------------------------------------------------

void Supervisor::reload()
{
    if (stopping_ || !announced_)
        return;
    try {
        ServerConfig config = readServerConfig(options_.config_file);
        const bool same_programs = config.user == config_.user && config.group == config_.group &&
                                   config.auth.empty() == config_.auth.empty() &&
                                   config.sane_config_dir == config_.sane_config_dir &&
                                   config.sane_exclude == config_.sane_exclude;
        if (!same_programs)
            logWarning("a change of user, group, [sane], or between auth = [] and methods needs a restart");
        acceptor_.listenAt(config.listen);
        broker_->setRules(AccessRules(config));
        config_ = std::move(config);
    } catch (const std::exception &error) {
        return logError(std::string("not reloaded, the old configuration stays: ") + error.what());
    }
    session_->send(sessionSetup());
    if (auth_)
        auth_->restart(); // reads its files anew; a login in progress has to be tried again
    broker_->prepareList();
    logInfo("configuration reloaded");
}

void Supervisor::stop()
{
    if (std::exchange(stopping_, true))
        return;
    if (!options_.check_only)
        logInfo("ending");
    acceptor_.stop();
    session_->stop();
    if (auth_)
        auth_->stop();
    forgetConnections();
    stop_deadline_ = EventLoop::now() + stop_grace;
    // SIGCHLD has its own watch; looking again soon is simpler than a hook in the reaper.
    stop_timer_.schedule(stop_poll);
}

void Supervisor::finishStopping()
{
    if (reaper_.empty())
        return loop_.stop();
    if (EventLoop::now() >= stop_deadline_)
        reaper_.killAll(SIGKILL);
    stop_timer_.schedule(stop_poll);
}

} // namespace netsane
