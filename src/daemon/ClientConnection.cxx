#include "daemon/ClientConnection.hxx"

#include "daemon/Log.hxx"
#include "os/PeerHealth.hxx"
#include "os/SecureMemory.hxx"
#include "os/Socket.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t receive_bytes = 4096;
constexpr std::size_t max_receive_bytes = 64 * 1024;
constexpr std::size_t max_unsent_bytes = 16 * 1024;        // more than that: the devices have to wait
constexpr std::size_t max_unsent_replies_bytes = 1U << 20; // more than that: the client's requests have to wait
constexpr std::size_t max_unsent_to_devices_bytes = 4U << 20;
constexpr unsigned keep_alive_seconds = 30;
constexpr Milliseconds peer_check_interval{10000};
constexpr Milliseconds linger_time{2000};

} // namespace

ClientConnection::ClientConnection(EventLoop &loop, ClientConnectionOwner &owner, ConnectionId id, UniqueFd socket,
                                   PeerInfo peer, const SessionSettings &settings,
                                   std::shared_ptr<const CryptMethods> crypt_methods, std::uint32_t version_code)
    : loop_(loop),
      owner_(owner),
      id_(id),
      socket_(std::move(socket)),
      settings_(settings),
      crypt_methods_(std::move(crypt_methods)),
      session_(settings, crypt_methods_->list(), std::move(peer), *this, EventLoop::now()),
      timer_(loop,
             [this] {
                 scheduled_for_ = TimePoint::max();
                 handle([this] { session_.tick(EventLoop::now()); });
             }),
      linger_timer_(loop, [this] { end(); }),
      peer_timer_(loop, [this] { checkPeer(); }),
      watch_(
          loop, socket_.get(), [this] { readable(); }, [this] { update(); })
{
    setNonBlocking(socket_.get(), true);
    setNoDelay(socket_.get());
    setKeepAlive(socket_.get(), keep_alive_seconds);
    session_.setVersionCode(version_code);
}

ClientConnection::~ClientConnection() = default;

void ClientConnection::record(UniqueFd file, std::uint32_t limit_mb)
{
    // What it says at its end it says when the session is gone.
    const std::string what = "connection " + std::to_string(id_) + " from " + session_.peer().address;
    recorder_.emplace(
        std::move(file), std::uint64_t{limit_mb} << 20,
        TraceHeader{trace_version, Speaker::server, {}, "netsaned " NETSANE_VERSION, what},
        [what](const std::string &reason) { logWarning(what + " is no longer recorded (trace): " + reason); });
    session_.setTap(*recorder_);
}

// --- the socket -----------------------------------------------------------------------------------------------

template<typename Event>
void ClientConnection::handle(const Event &event)
{
    try {
        event();
    } catch (const ProtocolError &error) { // the one place where a client's errors end
        session_.fail(std::string("protocol error: ") + error.what());
    }
    update();
}

void ClientConnection::readable()
{
    if (lingering_)
        return receiveRest();
    handle([this] { receive(); });
}

void ClientConnection::receive()
{
    const auto room = session_.receiveBuffer(receive_bytes);
    const ssize_t got = ::recv(socket_.get(), room.data(), std::min(room.size(), max_receive_bytes), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        session_.peerClosed();
        flush(); // the last word, to a peer that may still read; what doesn't go now never will
        return end();
    }
    received_bytes_ += static_cast<std::size_t>(got);
    session_.received(static_cast<std::size_t>(got), EventLoop::now());
}

// After our last word: reads and drops, so that closing doesn't reset the connection before the peer has read it.
void ClientConnection::receiveRest()
{
    std::byte rest[4096];
    const ssize_t got = ::recv(socket_.get(), rest, sizeof rest, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        end();
}

// Sends what the engine has. False when the connection is broken.
bool ClientConnection::flush()
{
    ByteBuffer &out = session_.output();
    while (!out.empty()) {
        const ssize_t sent = ::send(socket_.get(), out.data().data(), out.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            out.consume(static_cast<std::size_t>(sent));
            sent_bytes_ += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return false;
    }
    watch_.wantWrite(!out.empty());
    return true;
}

std::size_t ClientConnection::sendToClient(std::span<const std::byte> bytes)
{
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
        return 0; // flush() meets an error again
    sent_bytes_ += static_cast<std::size_t>(sent);
    return static_cast<std::size_t>(sent);
}

// After every event: moves replies from the devices to the client, sends, and decides what to wait for.
void ClientConnection::update()
{
    if (ended_)
        return;
    try {
        bool progress = true;
        while (progress) {
            progress = drainDevices();
            const bool was_full = isFull();
            if (!flush()) {
                session_.peerClosed();
                return end();
            }
            // What was left in a decoder because the client was slow, nothing else would ask for.
            progress = progress || (was_full && !isFull());
        }
        for (const auto &[key, channel] : channels_) {
            channel->flush();
            channel->wantRead(session_.wantsDevice(key) && !isFull());
        }
        const std::size_t unsent = session_.output().size();
        if (session_.isFinished() && !lingering_) {
            if (!std::exchange(finishing_, true))
                linger_timer_.schedule(linger_time);
            if (unsent == 0) {
                lingering_ = true;
                ::shutdown(socket_.get(), SHUT_WR);
            }
        }
        watch_.wantRead(wantsInput() || lingering_);
        if (unsent != 0 && !std::exchange(peer_watched_, true))
            peer_timer_.schedule(peer_check_interval);
        session_.shrinkIfIdle();
    } catch (const ProtocolError &error) { // the crypt method has failed: nothing more can be said
        logWarning("connection " + std::to_string(id_) + " from " + session_.peer().address +
                   " is closed, its encryption has failed: " + error.what());
        return end();
    }
    closed_channels_.clear();
    tellCrypt();
    schedule();
}

// Ahead of anything that the client can ask for over its new stream.
void ClientConnection::tellCrypt()
{
    if (std::exchange(told_crypt_, session_.cryptName()) != session_.cryptName())
        owner_.sendToSupervisor(encodeIpc(CryptNote{id_, session_.cryptName()}));
}

// A client that doesn't read its replies, or whose device doesn't take its requests, can't send more of them.
bool ClientConnection::wantsInput()
{
    std::size_t to_devices = 0;
    for (const auto &[key, channel] : channels_)
        to_devices += channel->unsentBytes();
    return session_.wantsInput() && session_.unsentBytes() < max_unsent_replies_bytes &&
           to_devices < max_unsent_to_devices_bytes;
}

// Keepalive says nothing while data waits to be acknowledged.
void ClientConnection::checkPeer()
{
    peer_watched_ = false;
    if (hasPeerVanished(socket_.get(), std::chrono::seconds(keep_alive_seconds))) {
        logSession("the client's host doesn't answer");
        return end();
    }
    update();
}

void ClientConnection::schedule()
{
    const auto deadline = session_.nextDeadline();
    if (!deadline || *deadline >= scheduled_for_)
        return; // a timer that comes too early finds out what is due and is set again
    scheduled_for_ = *deadline;
    timer_.schedule(std::chrono::duration_cast<Milliseconds>(*deadline - EventLoop::now()) + Milliseconds(1));
}

void ClientConnection::end()
{
    if (std::exchange(ended_, true))
        return;
    watch_.wantRead(false);
    watch_.wantWrite(false);
    timer_.cancel();
    linger_timer_.cancel();
    peer_timer_.cancel();
    for (auto &[key, channel] : channels_)
        channel->close();
    owner_.connectionEnded(id_);
}

void ClientConnection::fail(const std::string &reason)
{
    session_.fail(reason);
    update();
}

void ClientConnection::failNow(const std::string &reason, bool quietly)
{
    session_.fail(reason, quietly);
    update();
    end();
}

// --- devices --------------------------------------------------------------------------------------------------

void ClientConnection::deviceReadable(DeviceKey key)
{
    const auto found = channels_.find(key);
    if (found == channels_.end())
        return;
    DeviceStream &channel = *found->second;
    if (!channel.receive()) {
        drainDevice(key, channel, Drain::all); // what it said before it ended
        if (channels_.contains(key))
            session_.deviceGone(key, "the process of this device has ended unexpectedly", EventLoop::now());
    }
    update();
}

bool ClientConnection::drainDevices()
{
    // A message can close its channel and make another one the next, so the map is looked at anew each time.
    for (const auto &[key, channel] : channels_)
        if (session_.wantsDevice(key))
            return drainDevice(key, *channel, Drain::as_client_reads);
    return false;
}

bool ClientConnection::isFull() const noexcept
{
    return session_.unsentBytes() >= max_unsent_bytes;
}

bool ClientConnection::drainDevice(DeviceKey key, DeviceStream &channel, Drain how_far)
{
    bool progress = false;
    try {
        while (session_.wantsDevice(key) && (how_far == Drain::all || !isFull())) {
            const auto message = channel.next();
            if (!message)
                break;
            session_.deviceMessage(key, *message, EventLoop::now());
            progress = true;
        }
    } catch (const ProtocolError &error) { // of the device process, not of the client
        logError("connection " + std::to_string(id_) + " from " + session_.peer().address +
                 ": its device is taken away, as the device process sent nonsense: " + error.what());
        session_.deviceGone(key, "the process of this device has failed", EventLoop::now());
        progress = true;
    }
    return progress;
}

void ClientConnection::openResult(const OpenResult &result, UniqueFd channel)
{
    if (result.decision.kind == OpenDecision::Kind::opened) {
        if (!channel) { // lost on the way: this process has no descriptors left
            owner_.sendToSupervisor(encodeIpc(IpcCommand::close_device, DeviceNote{id_, result.device, {}}));
            const OpenDecision refused{
                OpenDecision::Kind::refused,
                {Status::no_mem, "the server has no room for more open files, please try again later"}};
            return handle([&] { session_.deviceOpened(result.device, refused, EventLoop::now()); });
        }
        if (session_.isFinished() || ended_)
            return; // closing the descriptor ends the device process
        const DeviceKey key = result.device;
        channels_.insert_or_assign(
            key, std::make_unique<DeviceStream>(loop_, std::move(channel), [this, key] { deviceReadable(key); }));
    }
    handle([&] { session_.deviceOpened(result.device, result.decision, EventLoop::now()); });
}

void ClientConnection::sendToDevice(DeviceKey key, std::span<const std::byte> bytes)
{
    const auto channel = channels_.find(key);
    if (channel != channels_.end())
        channel->second->send(bytes);
}

void ClientConnection::closeDevice(DeviceKey key)
{
    const auto channel = channels_.find(key);
    if (channel != channels_.end()) {
        channel->second->close();
        closed_channels_.push_back(std::move(channel->second));
        channels_.erase(channel);
    }
    owner_.sendToSupervisor(encodeIpc(IpcCommand::close_device, DeviceNote{id_, key, {}}));
}

void ClientConnection::openDevice(DeviceKey key, std::string_view name)
{
    owner_.sendToSupervisor(encodeIpc(IpcCommand::open_device, DeviceNote{id_, key, std::string(name)}));
}

void ClientConnection::listDevices()
{
    owner_.sendToSupervisor(encodeIpc(IpcCommand::list_devices, ConnectionNote{id_}));
}

void ClientConnection::devicesListed(const GetDevicesReply &reply)
{
    handle([&] { session_.devicesListed(reply); });
}

// --- logins ---------------------------------------------------------------------------------------------------

void ClientConnection::startLogin(const LoginStart &login)
{
    const auto timeout_ms = static_cast<std::uint32_t>(settings_.login_timeout.count());
    const AuthStart start{id_,
                          login.exchange,
                          login.method,
                          login.user,
                          session_.peer().address,
                          login.confidential,
                          session_.peer().local,
                          login.attempt,
                          timeout_ms,
                          login.peer_name,
                          login.channel_binding};
    if (!owner_.sendToAuth(encodeIpc(start)))
        unstarted_logins_.push_back(start); // until there is an auth process again, or the login's deadline passes
}

void ClientConnection::continueLogin(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields)
{
    AuthFields step{id_, exchange, std::move(fields)};
    ByteBuffer message = encodeIpc(IpcCommand::auth_step, step);
    owner_.sendToAuth(message);
    wipe(message.mutableData());
    for (auto &field : step.fields)
        wipe(field);
}

void ClientConnection::cancelLogin(ExchangeKey exchange)
{
    std::erase_if(unstarted_logins_, [exchange](const AuthStart &start) { return start.exchange == exchange; });
    owner_.sendToAuth(encodeIpc(IpcCommand::auth_cancel, ExchangeNote{id_, exchange}));
}

void ClientConnection::authReady()
{
    for (const AuthStart &start : std::exchange(unstarted_logins_, {}))
        owner_.sendToAuth(encodeIpc(start));
}

void ClientConnection::loggedIn(const Identity &identity)
{
    handle([&] { session_.loggedIn(identity.exchange, identity.user, EventLoop::now()); });
}

void ClientConnection::authContinues(AuthFields fields)
{
    handle([&] { session_.loginContinues(fields.exchange, std::move(fields.fields)); });
}

void ClientConnection::authFailed(const ExchangeNote &note)
{
    handle([&] { session_.loginFailed(note.exchange, EventLoop::now()); });
}

void ClientConnection::authNotApplicable(const ExchangeNote &note)
{
    handle([&] { session_.loginNotApplicable(note.exchange, EventLoop::now()); });
}

void ClientConnection::authGone()
{
    unstarted_logins_.clear(); // they fail now, so nobody would end what is started for them later
    handle([&] { session_.authGone(EventLoop::now()); });
}

// --- what is only written down ----------------------------------------------------------------------------------

void ClientConnection::scanEnded(DeviceKey key, const ScanSummary &scan)
{
    owner_.sendToSupervisor(encodeIpc(ScanNote{id_, key, scan}));
}

void ClientConnection::loginGivenUp(std::string_view reason)
{
    owner_.sendToSupervisor(encodeIpc(LoginNote{id_, std::string(reason)}));
}

void ClientConnection::loginForgotten()
{
    owner_.sendToSupervisor(encodeIpc(IpcCommand::login_forgotten, ConnectionNote{id_}));
}

void ClientConnection::logSession(std::string_view text)
{
    logInfo("connection " + std::to_string(id_) + " from " + session_.peer().address + ": " + std::string(text));
}

} // namespace netsane
