#include "session/ServerSession.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

constexpr std::uint32_t version_code_1_0_0 = 1U << 24;
constexpr std::size_t max_queued_request_bytes = 2U << 20;
constexpr std::size_t idle_buffer_bytes = 0; // of thousands of connections nearly all are idle

} // namespace

ServerSession::ServerSession(const SessionSettings &settings, std::vector<const Method *> crypt_methods, PeerInfo peer,
                             ServerHost &host, SessionTime now)
    : settings_(settings),
      peer_(std::move(peer)),
      host_(host),
      login_at_connect_(settings.login_at_connect && !settings.auth_methods.empty()),
      transport_(limits_before_login),
      crypt_(peer_, transport_),
      login_(settings_, peer_, host_, transport_.messages()),
      version_code_(version_code_1_0_0),
      blame_since_(now),
      last_sent_(now),
      last_message_(now)
{
    if (ServerCrypt::isChoice(crypt_methods))
        crypt_.askWithGreeting(std::move(crypt_methods), now);
    greet();
    if (!crypt_.isAsked())
        askAtConnect(now + settings_.login_timeout);
}

ServerSession::~ServerSession() = default;

void ServerSession::greet()
{
    crypt_.greet({settings_.greeting.substr(0, max_hello_text_bytes),
                  protocol_revision,
                  {extension_login_note, extension_descriptors, extension_values, extension_many_reads}});
}

void ServerSession::askAtConnect(SessionTime deadline)
{
    if (!login_at_connect_)
        return;
    const auto link = transport_.link();
    if (!login_.canOffer(link))
        return fail(link.confidential
                        ? "a login is required, and no method may be offered on this connection"
                        : "a login is required, and no method may be offered on an unencrypted connection");
    login_.ask(deadline);
}

bool ServerSession::holdsRequests() const noexcept
{
    return crypt_.isAskedAtConnect() || crypt_.isSwitching() || finished_ ||
           (login_at_connect_ && !login_.isLoggedIn());
}

ServerState ServerSession::state() const noexcept
{
    if (crypt_.isAskedLater())
        return ServerState::crypt_asked_later;
    return crypt_.isAskedAtConnect() ? ServerState::crypt_asked : login_.state();
}

bool ServerSession::wantsInput() const noexcept
{
    return !finished_ && queue_.requestBytes() < max_queued_request_bytes;
}

void ServerSession::received(std::size_t count_bytes, SessionTime now)
{
    transport_.received(count_bytes);
    while (!finished_) {
        if (crypt_.isSwitching() && !finishSwitch())
            return;
        const auto message = transport_.nextMessage();
        if (!message)
            return checkStream();
        handle(*message, now);
    }
}

ByteBuffer &ServerSession::output()
{
    ByteBuffer &out = transport_.output();
    // Otherwise nobody would notice until the client speaks again, and it waits for what can't be sent.
    if (finished_ || transport_.stream().state() != CryptState::Error)
        return out;
    fail("encryption: " + transport_.stream().error());
    return transport_.output();
}

// When all messages are handled that came before.
void ServerSession::checkStream()
{
    if (transport_.stream().state() == CryptState::Error)
        throw ProtocolError("encryption: " + transport_.stream().error());
    if (transport_.stream().state() == CryptState::Closed)
        clientLeaves(); // its goodbye
}

void ServerSession::handle(MessageView message, SessionTime now)
{
    last_message_ = now; // bytes alone don't count: nobody holds a place by sending one now and then
    was_told_anything_ = true;
    if (login_.swallows(static_cast<Command>(message.command)))
        return transport_.wipeMessage(); // it may hold a password
    if (!isLegalFromClient(state(), message.command))
        throw ProtocolError("command " + std::to_string(message.command) + " is not legal while " +
                            std::string(stateName(state())));
    const bool first = std::exchange(first_message_, false);
    const auto command = static_cast<Command>(message.command);
    if (isRequest(command))
        return handleRequest(message, now);
    switch (command) {
    case Command::hello:
        if (!first)
            throw ProtocolError("HELO must be the first message");
        return handleHello(message);
    case Command::crypt_reply:
        return handleCryptReply(message);
    case Command::user:
        return loginResult(login_.userNamed(decodeUser(message), transport_.link()), now);
    case Command::pass_reply:
        login_.passReplied(decodePass(message));
        return transport_.wipeMessage();
    case Command::fail:
        return loginResult(login_.clientFailed(decodeClientFail(message), now), now);
    default:
        return clientLeaves(); // QUIT: the table lets nothing else through
    }
}

void ServerSession::handleHello(MessageView message)
{
    crypt_.clientGreeted(message);
    client_hello_ = decodeHello(message);
}

void ServerSession::handleCryptReply(MessageView message)
{
    if (!queue_.empty())
        throw ProtocolError("CRPT_RPLY while a request is outstanding");
    // Also where there seems to be none: the host may know of one that was given up here in the meantime.
    const bool may_have_login = crypt_.isAskedLater();
    crypt_.replied(message);
    // What was learnt in clear is forgotten (protocol.md §5).
    client_hello_ = Hello();
    first_message_ = true;
    if (may_have_login)
        host_.loginForgotten();
    login_.reset();
}

// True when the handshake is done: only then is known what the connection is worth to a login.
bool ServerSession::finishSwitch()
{
    if (!crypt_.advance())
        return false;
    greet();
    askAtConnect(setupDeadline());
    return true;
}

bool ServerSession::askForCrypt(std::vector<const Method *> methods, SessionTime now)
{
    if (finished_ || !crypt_.want(std::move(methods)))
        return false;
    askCryptIfIdle(now);
    return true;
}

void ServerSession::askCryptIfIdle(SessionTime now)
{
    if (crypt_.isWanted() && !finished_ && queue_.empty() && !login_.inProgress())
        crypt_.ask(queue_.outstanding(), now);
}

void ServerSession::loginResult(ServerLogin::Result result, SessionTime now)
{
    const bool open_waits = !queue_.empty() && queue_.front().command == Command::open &&
                            queue_.front().state == RequestSlot::State::dispatched;
    switch (result) {
    case ServerLogin::Result::none:
        return;
    case ServerLogin::Result::logged_in:
        if (client_hello_.announces(extension_login_note))
            encodeWelcome(transport_.messages(), login_.user());
        transport_.setLimits(limits_after_login);
        if (open_waits)
            host_.openDevice(*queue_.front().device, opening_name_);
        return pump(now);
    case ServerLogin::Result::declined:
        host_.loginGivenUp("the client declined");
        if (login_at_connect_) {
            refuseAll({Status::access_denied, "no login"});
            flushReady(now);
            return fail("a login is required");
        }
        if (open_waits)
            queue_.refuse(queue_.front(), {Status::access_denied, "no login"});
        return pump(now);
    case ServerLogin::Result::exhausted:
        host_.loginGivenUp("no tries or no methods are left");
        refuseAll({Status::access_denied, "login failed"});
        flushReady(now);
        return endCleanly();
    }
}

void ServerSession::loginContinues(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields)
{
    login_.loginContinues(exchange, std::move(fields));
}

void ServerSession::loginFailed(ExchangeKey exchange, SessionTime now)
{
    loginResult(login_.loginFailed(exchange, now), now);
}

void ServerSession::loginNotApplicable(ExchangeKey exchange, SessionTime now)
{
    loginResult(login_.loginNotApplicable(exchange, now), now);
}

void ServerSession::loggedIn(ExchangeKey exchange, const std::string &user, SessionTime now)
{
    loginResult(login_.loggedIn(exchange, user), now);
}

void ServerSession::authGone(SessionTime now)
{
    loginResult(login_.authGone(now), now);
}

void ServerSession::peerClosed()
{
    // A half message or a missing goodbye changes nothing for the server: it ends the session either way.
    if (!finished_ && crypt_.isSwitching())
        host_.logSession("the client has ended the connection in the middle of the handshake");
    transport_.endInput();
    clientLeaves();
}

void ServerSession::clientLeaves()
{
    if (!finished_ && waitsForClient())
        host_.loginGivenUp("the client left without an answer");
    endCleanly();
}

void ServerSession::endCleanly()
{
    if (std::exchange(finished_, true))
        return;
    login_.reset();
    closeAllDevices();
    queue_.clear();
    transport_.endOutput();
}

ServerSession::Use ServerSession::use() const noexcept
{
    if (finished_ || login_.isLoggedIn() || !handles_.empty())
        return Use::in_use;
    if (waitsForClient())
        return Use::waits_for_client;
    return queue_.empty() && !login_.inProgress() ? Use::idle : Use::in_use;
}

void ServerSession::fail(const std::string &reason, bool quietly)
{
    if (finished_)
        return;
    endCleanly();
    encodeServerFail(transport_.messages(), {0, reason});
    if (!quietly)
        host_.logSession("closed: " + reason);
}

void ServerSession::tick(SessionTime now)
{
    if (finished_)
        return;
    if (!transport_.output().empty())
        blame_since_ = now; // a client that doesn't read holds up the replies, that is not the device's fault
    loginResult(login_.tick(now), now);
    if (const auto deadline = cryptDeadline(); deadline && now >= *deadline)
        return fail(crypt_.isSwitching() ? "the handshake was not finished in time"
                                         : "CRPT_REQ was not answered in time");
    if (login_.isLate(now)) {
        host_.loginGivenUp("it took too long");
        return fail("the login took too long");
    }
    if (!queue_.empty() && !waitsForClient() && now - last_sent_ >= settings_.progress_interval) {
        encodeHello(transport_.messages(), {"still working", {}, {}});
        last_sent_ = now;
    }
    if (const auto deadline = abortDeadline(); deadline && now >= *deadline)
        deviceGone(*queue_.front().device, "the device did not stop when it was told to", now);
    if (const auto deadline = idleDeadline(); deadline && now >= *deadline)
        fail(was_told_anything_ ? "idle for too long" : "nothing was said");
}

// Somebody has to type: no progress is made, and none is noted.
bool ServerSession::waitsForClient() const noexcept
{
    return login_.state() == ServerState::user_asked || login_.state() == ServerState::pass_asked;
}

// Until when the device that has been told to stop has to answer the request at the front of the queue.
std::optional<SessionTime> ServerSession::abortDeadline() const noexcept
{
    const auto isAbortBehindFront = [this](const RequestSlot &slot) {
        return slot.command == Command::abort && slot.state == RequestSlot::State::dispatched &&
               slot.device == queue_.front().device;
    };
    if (!queue_.hasAbort() || !queue_.front().device || std::none_of(queue_.begin(), queue_.end(), isAbortBehindFront))
        return std::nullopt;
    return blame_since_ + settings_.close_timeout;
}

// The one time for CRPT_RPLY, handshake and a login at connect. Replies to requests that have crossed with CRPT_REQ
// came first.
SessionTime ServerSession::setupDeadline() const noexcept
{
    return std::max(crypt_.since(), last_sent_) + settings_.login_timeout;
}

std::optional<SessionTime> ServerSession::cryptDeadline() const noexcept
{
    if ((!crypt_.isAsked() && !crypt_.isSwitching()) || !queue_.empty())
        return std::nullopt;
    return setupDeadline();
}

// Until when a client with nothing outstanding has to say something: soon where it has said nothing yet; not at all
// while a login or a negotiation with a deadline of its own is going on.
std::optional<SessionTime> ServerSession::idleDeadline() const noexcept
{
    if (crypt_.isAsked() || crypt_.isSwitching())
        return std::nullopt;
    if (!was_told_anything_)
        return last_message_ + settings_.login_timeout;
    if (settings_.idle_timeout.count() == 0 || !queue_.empty() || login_.inProgress())
        return std::nullopt;
    return last_message_ + settings_.idle_timeout;
}

std::optional<SessionTime> ServerSession::nextDeadline() const
{
    if (finished_)
        return std::nullopt;
    std::optional<SessionTime> next = login_.nextDeadline();
    const auto consider = [&next](SessionTime time) { next = next ? std::min(*next, time) : time; };
    if (!queue_.empty() && !waitsForClient())
        consider(last_sent_ + settings_.progress_interval);
    if (const auto deadline = abortDeadline())
        consider(*deadline);
    if (const auto deadline = cryptDeadline())
        consider(*deadline);
    if (const auto deadline = idleDeadline())
        consider(*deadline);
    return next;
}

void ServerSession::shrinkIfIdle() noexcept
{
    if (queue_.empty())
        transport_.shrinkIfEmpty(idle_buffer_bytes);
}

} // namespace netsane
