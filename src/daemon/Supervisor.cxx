#include "daemon/Supervisor.hxx"

#include "daemon/AccessRulesLoader.hxx"
#include "daemon/AuditLine.hxx"
#include "daemon/Log.hxx"
#include "daemon/WorkerSetups.hxx"
#include "os/Socket.hxx"

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <linux/capability.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds stop_poll{20};
constexpr Milliseconds stop_grace{8000};

// Beside the connections' sockets: the channels of all devices that a list can hold, listeners, pipes, libraries.
constexpr std::size_t other_descriptors = 256;

// Each recording is a file of its own.
std::size_t otherDescriptors(const ServerConfig &config) noexcept
{
    return other_descriptors + (config.trace.empty() ? 0 : config.trace_files);
}

// Backends, and libraries below them, use select(2), which can't take a higher descriptor.
constexpr std::size_t device_descriptors = 1024;

// Others have to see that a device is in use, and read the certificate.
constexpr mode_t shared_files_mask = 022;

constexpr CapabilitySet setOf(std::initializer_list<unsigned> numbers)
{
    CapabilitySet set = 0;
    for (const unsigned number : numbers)
        set |= CapabilitySet{1} << number;
    return set;
}

// What an auth process that stays root keeps for PAM's modules and a method of a site's own.
constexpr CapabilitySet login_capabilities =
    setOf({CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID,
           CAP_SETPCAP, CAP_IPC_LOCK, CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_AUDIT_WRITE, CAP_AUDIT_CONTROL});

std::string joined(const std::vector<std::string> &list)
{
    std::string text;
    for (const auto &entry : list)
        text += (text.empty() ? "" : ",") + entry;
    return text;
}

} // namespace

Supervisor::Supervisor(EventLoop &loop, ServerConfig config, ProgramPaths paths, SupervisorOptions options,
                       std::vector<UniqueFd> sockets, ServiceNotifier notifier)
    : loop_(loop),
      config_(std::move(config)),
      paths_(std::move(paths)),
      options_(std::move(options)),
      reaper_(loop),
      acceptor_(
          loop, [this](const Peer &peer) { return judge(peer); },
          [this](UniqueFd socket, const Peer &peer) { connectionAccepted(std::move(socket), peer); }),
      trace_folder_(config_, options_.check_only ? TraceFolder::Missing::allow : TraceFolder::Missing::make),
      sandbox_report_(loop, reaper_),
      device_watch_(
          loop, openHotplugSource(), DeviceWatch::usual_times, [this] { broker_->devicesChanged(); },
          [this] { broker_->refreshList(); }),
      discovery_(loop, reaper_, [this](const std::string &text) { sandbox_report_.tell("discovery", text); }),
      service_report_(loop, std::move(notifier), [this] { return describeLoad(); }),
      stop_timer_(loop, [this] { finishStopping(); }),
      check_done_(loop, [this] { stop(); }),
      terminate_(loop, SIGTERM, [this] { stop(); }),
      interrupt_(loop, SIGINT, [this] { stop(); }),
      hangup_(loop, SIGHUP, [this] { reload(); })
{
    if (!options_.check_only) {
        if (sockets.empty())
            acceptor_.listenAt(config_.listen);
        else
            acceptor_.adopt(std::move(sockets));
    }
    makeBroker();
    makeWorkers();
    makeControl();
    certificate_maker_ = std::make_unique<CertificateMaker>(loop_, reaper_, certificateProgram());
}

Supervisor::~Supervisor()
{
    std::error_code ignored;
    if (!check_folder_.empty())
        std::filesystem::remove_all(check_folder_, ignored);
}

DeviceBroker::Settings Supervisor::brokerSettings(const ServerConfig &config) const
{
    DeviceBroker::Settings settings;
    settings.device_program = childSpec("netsaned-device", config.group);
    auto &arguments = settings.device_program.arguments;
    arguments = {"--fd", std::to_string(child_channel_fd), "--exclude", joined(config.sane_exclude)};
    arguments.insert(arguments.end(),
                     {"--sane-config-dir", config.sane_config_dir.empty() ? "/etc/sane.d" : config.sane_config_dir});
    arguments.insert(arguments.end(), {"--call-timeout", std::to_string(config.sane_call_timeout.count()),
                                       "--close-timeout", std::to_string(config.sane_close_timeout.count())});
    if (wantsSandbox("device"))
        arguments.push_back("--sandbox");
    settings.device_program.max_descriptors = device_descriptors;
    settings.device_program.file_mode_mask = shared_files_mask;
    // Who lets drivers run as root wants them to do what only root can.
    settings.device_program.capabilities = isRoot() ? all_capabilities : 0;
    settings.warm = config.sane_warm;
    settings.process_timeout = config.process_timeout;
    settings.list_timeout = config.sane_list_timeout;
    settings.close_timeout = config.sane_close_timeout;
    settings.list_max_age = config.sane_list_max_age;
    settings.max_devices_per_user = config.max_devices_per_user;
    return settings;
}

void Supervisor::makeBroker()
{
    broker_ = std::make_unique<DeviceBroker>(
        loop_, reaper_, brokerSettings(config_), loadAccessRules(config_),
        [this](ConnectionId id) { return connections_.find(id); },
        [this](const OpenResult &result, UniqueFd channel) {
            if (result.decision.kind == OpenDecision::Kind::opened)
                connections_.noLongerStranger(result.connection);
            std::vector<UniqueFd> fds;
            if (channel)
                fds.push_back(std::move(channel));
            session_->send(encodeIpc(result), std::move(fds));
            service_report_.changed();
        },
        [this](const DeviceList &list) { session_->send(encodeIpc(list)); });
}

void Supervisor::makeWorkers()
{
    WorkerProcess::Callbacks session{
        [this] { return sessionSetup(config_, HandedFiles(config_)); }, // opened anew for a new process
        [this] { connectWorkers(); },
        [this] { sessionReady(); },
        [this](MessageView message, std::vector<UniqueFd> &) { sessionMessage(message); },
        [this] { forgetConnections(); },
        [this](const std::string &reason) { startFailed("session", reason); },
    };
    ChildSpec session_spec = childSpec("netsaned-session", "");
    session_spec.own_environment = true;
    if (wantsSandbox("session"))
        session_spec.arguments.push_back("--sandbox");
    session_ = std::make_unique<WorkerProcess>(loop_, reaper_, "session", std::move(session_spec),
                                               config_.process_timeout, std::move(session));
    if (config_.auth.empty())
        return;
    WorkerProcess::Callbacks auth{
        [this] { return authSetup(config_); },
        [this] { connectWorkers(); },
        [this] { workerReady(); },
        [this](MessageView message, std::vector<UniqueFd> &) { authMessage(message); },
        [] {},
        [this](const std::string &reason) { startFailed("auth", reason); },
    };
    ChildSpec spec = childSpec("netsaned-auth", "");
    spec.identity.reset(); // gives up root itself once it knows that no method needs it
    spec.capabilities = login_capabilities;
    spec.no_new_privileges = false; // likewise
    if (wantsSandbox("auth"))
        spec.arguments.push_back("--sandbox");
    auth_ = std::make_unique<WorkerProcess>(loop_, reaper_, "auth", std::move(spec), config_.process_timeout,
                                            std::move(auth));
}

// As the supervisor itself: the key is for nobody else.
ChildSpec Supervisor::certificateProgram() const
{
    ChildSpec spec = childSpec("netsaned-certificate", "");
    spec.identity.reset();
    spec.capabilities = all_capabilities;
    spec.file_mode_mask = shared_files_mask;
    spec.die_with_parent = true;
    return spec;
}

ChildSpec Supervisor::childSpec(const std::string &program, const std::string &extra_group) const
{
    ChildSpec spec;
    spec.program = paths_.program_dir + "/" + program;
    spec.arguments = options_.child_arguments;
    spec.quiet = options_.quiet_children;
    spec.capabilities = 0;
    if (::geteuid() == 0 && config_.user != "root")
        spec.identity = lookupIdentity(config_.user, extra_group);
    return spec;
}

bool Supervisor::isRoot() const noexcept
{
    return ::geteuid() == 0 && config_.user == "root";
}

bool Supervisor::wantsSandbox(const std::string &process_class) const
{
    return std::find(config_.sandbox.begin(), config_.sandbox.end(), process_class) != config_.sandbox.end();
}

// --- the other processes --------------------------------------------------------------------------------------

SetupMessage Supervisor::sessionSetup(const ServerConfig &config, const HandedFiles &files) const
{
    SessionSetup setup = makeSessionSetup(config, paths_.plugin_dir);
    setup.files = files.list();
    setup.trial = !check_folder_.empty();
    return {encodeIpc(setup), files.duplicates()};
}

ByteBuffer Supervisor::authSetup(const ServerConfig &config) const
{
    return encodeIpc(makeAuthSetup(config, paths_.plugin_dir, ::geteuid() == 0));
}

// Whenever one of the two is new, both get an end of a new channel between them.
void Supervisor::connectWorkers()
{
    if (!auth_ || !auth_->isRunning() || !session_->isRunning())
        return;
    auto [session_end, auth_end] = reloading_link_ ? *std::exchange(reloading_link_, std::nullopt) : packetSocketPair();
    std::vector<UniqueFd> to_session;
    to_session.push_back(std::move(auth_end));
    session_->send(encodeIpc(IpcCommand::auth_channel), std::move(to_session));
    std::vector<UniqueFd> to_auth;
    to_auth.push_back(std::move(session_end));
    auth_->send(encodeIpc(IpcCommand::session_channel), std::move(to_auth));
}

void Supervisor::sessionMessage(MessageView message)
{
    service_report_.changed();
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::connection_closed: {
        const auto id = decodeConnectionNote(message).connection;
        if (!connections_.find(id))
            return;
        broker_->connectionClosed(id);
        return connections_.remove(id);
    }
    case IpcCommand::open_device: {
        const auto note = decodeDeviceNote(message);
        return broker_->openDevice(note.connection, note.device, note.name);
    }
    case IpcCommand::close_device: {
        const auto note = decodeDeviceNote(message);
        return broker_->closeDevice(note.connection, note.device);
    }
    case IpcCommand::scan_ended: {
        const auto note = decodeScanNote(message);
        return broker_->scanEnded(note.connection, note.device, note.scan);
    }
    case IpcCommand::login_forgotten:
        if (auto *const client = connections_.find(decodeConnectionNote(message).connection))
            client->user.reset();
        return;
    case IpcCommand::crypt_chosen: {
        const auto note = decodeCryptNote(message);
        if (auto *const client = connections_.find(note.connection))
            client->crypt = note.method;
        return;
    }
    case IpcCommand::login_given_up:
        return loginGivenUp(decodeLoginNote(message));
    case IpcCommand::confined:
        return sandbox_report_.tell("session", decodeText(message));
    case IpcCommand::traffic:
        return control_->traffic(decodeTrafficReport(message));
    case IpcCommand::list_devices:
        return broker_->listDevices(decodeConnectionNote(message).connection);
    default:
        logWarning("the session process sent command " + std::to_string(message.command));
    }
}

void Supervisor::authMessage(MessageView message)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::identity:
        return loggedIn(decodeIdentity(message));
    case IpcCommand::confined:
        return sandbox_report_.tell("auth", decodeText(message));
    case IpcCommand::login_refused:
        return loginRefused(decodeLoginRefusal(message));
    default:
        logWarning("the auth process sent command " + std::to_string(message.command));
    }
}

void Supervisor::loggedIn(const Identity &identity)
{
    auto *const client = connections_.find(identity.connection);
    const auto peer = connections_.peer(identity.connection);
    AuditLine line("login", client ? "accepted" : "too-late");
    line.with("user", identity.user)
        .with("method", identity.method)
        .with("from", peer ? peer->hostText() : "")
        .with("connection", identity.connection)
        .with("crypt", client ? client->crypt : "");
    // A client that has left, or a session process that was taken over and searches for a password.
    if (!client)
        return line.with("reason", "there is no such connection").write();
    // A connection logs in again after a crypto switch (protocol.md §5).
    client->user = identity.user;
    connections_.noLongerStranger(identity.connection);
    line.write();
    session_->send(encodeIpc(IpcCommand::logged_in, identity));
}

void Supervisor::loginRefused(const LoginRefusal &refusal)
{
    const auto peer = connections_.peer(refusal.connection);
    const auto *const client = connections_.find(refusal.connection);
    AuditLine("login", "refused")
        .with("user", refusal.user)
        .with("method", refusal.method)
        .with("from", peer ? peer->hostText() : "")
        .with("connection", refusal.connection)
        .with("crypt", client ? client->crypt : "")
        .with("reason", refusal.reason)
        .write();
    if (peer)
        penalties_.loginFailed(peer->limitKey(), config_.auth_fail_delay, EventLoop::now());
}

void Supervisor::loginGivenUp(const LoginNote &note)
{
    if (const auto *const client = connections_.find(note.connection))
        AuditLine("login", "given-up")
            .with("from", client->peer.hostText())
            .with("connection", note.connection)
            .with("crypt", client->crypt)
            .with("reason", note.reason)
            .write();
}

// --- connections ----------------------------------------------------------------------------------------------

std::size_t Supervisor::descriptorsFor(const ServerConfig &config) noexcept
{
    return config.max_connections + otherDescriptors(config);
}

void Supervisor::warnOfLimit() const
{
    if (maxConnections() < config_.max_connections)
        logWarning("max_connections is " + std::to_string(config_.max_connections) + ", but the limit of " +
                   std::to_string(options_.max_descriptors) + " open files is enough for " +
                   std::to_string(maxConnections()) + " connections; " + std::to_string(config_.max_connections) +
                   " need " + std::to_string(descriptorsFor(config_)));
}

std::size_t Supervisor::maxConnections() const
{
    const std::size_t other = std::min(options_.max_descriptors / 2, otherDescriptors(config_));
    return std::min(config_.max_connections, options_.max_descriptors - other);
}

ConnectionTable::Limits Supervisor::connectionLimits() const
{
    return {maxConnections(), config_.max_connections_per_host, config_.strangers(), config_.strangersPerHost()};
}

std::string Supervisor::judge(const Peer &peer) const
{
    const auto penalty = penalties_.penalty(peer.limitKey(), EventLoop::now());
    if (penalty.count() > 0)
        return "too many failed logins from this host, it is refused for another " +
               std::to_string(std::chrono::ceil<std::chrono::seconds>(penalty).count()) + " s";
    if (maxConnections() < config_.max_connections && connections_.size() >= maxConnections())
        return "the server's limit of " + std::to_string(options_.max_descriptors) +
               " open files is reached (fewer connections than max_connections)";
    std::string reason = connections_.judge(peer, connectionLimits());
    if (reason.empty() && !session_->isReady())
        reason = "the server is starting";
    return reason;
}

void Supervisor::connectionAccepted(UniqueFd socket, const Peer &peer)
{
    const auto room = connections_.roomFor(peer, connectionLimits());
    const ConnectionId id = connections_.add(peer);
    service_report_.changed();
    logDebug("connection " + std::to_string(id) + " from " + peer.toString());
    std::vector<UniqueFd> fds;
    fds.push_back(std::move(socket));
    NewConnection connection{id, peer.address.hostText(), peer.address.isLoopback()};
    connection.in_the_way = room.in_the_way;
    connection.is_full = room.is_full;
    if (UniqueFd trace = trace_folder_.create(id)) {
        connection.trace_limit_mb = trace_folder_.limitMegabytes();
        fds.push_back(std::move(trace));
    }
    session_->send(encodeIpc(connection), std::move(fds));
}

void Supervisor::forgetConnections()
{
    for (const ConnectionId id : connections_.ids())
        broker_->connectionClosed(id);
    connections_.clear();
    service_report_.changed();
}

std::string Supervisor::describeLoad() const
{
    const auto count = [](std::size_t number, const char *what) {
        return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
    };
    return count(connections_.size(), "connection") + ", " + count(broker_->devicesInUse(), "device") + " in use";
}

// --- the end ----------------------------------------------------------------------------------------------------

void Supervisor::stop()
{
    if (std::exchange(stopping_, true))
        return;
    if (!options_.check_only)
        logInfo("ending");
    service_report_.stopping();
    reloading_.reset();
    certificate_maker_->cancel();
    acceptor_.stop();
    control_->stop();
    discovery_.withdraw();
    broker_->stop();
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
