#include "client/ClientConnection.hxx"

#include "client/LoginFiles.hxx"
#include "client/TraceStart.hxx"
#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "session/ClientText.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace netsane {

static_assert(netsane_port == default_port);

namespace {

using TimePoint = ClientConnection::TimePoint;

// A server that never stops sending notes must not keep a call from seeing its deadline, or a cancel.
constexpr unsigned max_receives = 16;

// From the first connect(2) to the end of greeting and crypto, also where connect_timeout is shorter.
constexpr std::chrono::seconds min_opening{10};

TimePoint now() noexcept
{
    return std::chrono::steady_clock::now();
}

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) noexcept
{
    if (!a || !b)
        return a ? a : b;
    return std::min(*a, *b);
}

// For poll(2): rounded up, so that a deadline has passed when the wait is over.
int millisecondsUntil(std::optional<TimePoint> deadline) noexcept
{
    if (!deadline)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 3600'000));
}

bool wouldBlock(int error) noexcept
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

} // namespace

ClientConnection::ClientConnection(ClientOptions options)
    : options_(std::move(options)),
      methods_(options_.settings, options_.debug),
      connector_(options_.server, options_.settings.connect_timeout.value_or(default_connect_timeout),
                 options_.addresses),
      started_(now())
{
    if (options_.settings.fault)
        connect_failure_ = SessionFailure{Status::io_error, *options_.settings.fault};
}

ClientConnection::~ClientConnection()
{
    if (session_ && session_->failure())
        sayLastWord();
}

void ClientConnection::makeSession()
{
    fd_ = connector_.take();
    const auto &settings = options_.settings;
    ClientPolicy policy;
    policy.program = options_.program;
    policy.wants_values = options_.wants_values;
    policy.local = connector_.isLocal();
    trust_.emplace(options_.server, settings, policy.local, options_.debug);
    policy.crypt = trust_->cryptPolicy();
    policy.check_peer = [this](const PeerIdentity &peer) { return trust_->check(peer); };
    policy.may_speak_first = [this] { return trust_->isRecognised(); };
    policy.allow_clear_passwords = settings.allow_clear_passwords.value_or(false);
    policy.open_deadline = started_ + std::max(settings.connect_timeout.value_or(default_connect_timeout), min_opening);
    policy.peer = connector_.peerText();
    policy.peer_name = options_.server.host;
    policy.prompt = options_.prompt;
    if (options_.debug)
        policy.note = [this](const std::string &text) { options_.debug(2, options_.server.text() + ": " + text); };
    session_.emplace(std::move(policy), methods_);
    recorder_ = startTrace(options_.program, options_.server.text(), options_.debug);
    if (recorder_)
        session_->setTap(*recorder_);
    setKeepAlive(fd_.get(), 60);
    if (options_.credentials) {
        files_read_ = true;
        session_->login(std::move(*options_.credentials));
        options_.credentials.reset();
    } else if (settings.user && settings.password) {
        files_read_ = true;
        session_->login({*settings.user, settings.password, "netsane.conf"});
    }
}

const std::optional<SessionFailure> &ClientConnection::failure() noexcept
{
    if (!session_)
        return connect_failure_;
    if (!session_->failure())
        return session_->failure();
    if (!failure_) {
        sayLastWord();
        try {
            explainFailure();
        } catch (...) { // out of memory: the session's own words do
            return session_->failure();
        }
    }
    return failure_;
}

// Why there was no encryption is known here and not to the session.
void ClientConnection::explainFailure()
{
    auto failure = *session_->failure();
    if (!session_->isOpen()) {
        if (!methods_.cryptFault().empty())
            failure.reason += ": " + methods_.cryptFault();
        if (!trust_->requiredBecause().empty())
            failure.reason += "; " + trust_->requiredBecause();
    }
    failure_ = std::move(failure);
}

bool ClientConnection::loginWanted()
{
    if (!session_->loginWanted())
        return false;
    if (std::exchange(files_read_, true))
        return true;
    const auto &user = options_.settings.user ? options_.settings.user : options_.user;
    known_user_ = user.value_or("");
    auto found = options_.login_files ? findStoredLogin(options_.server, user, options_.debug) : std::nullopt;
    if (!found)
        return true;
    known_user_ = found->user;
    if (!found->password)
        return true;
    if (options_.debug)
        options_.debug(2,
                       options_.server.text() + ": login of " + printableText(found->user) + " from " + found->source);
    return !session_->login(std::move(*found));
}

void ClientConnection::advance(TimePoint time)
{
    if (connect_failure_)
        return;
    if (!session_) {
        switch (connector_.advance(time)) {
        case Connector::State::connecting:
            return;
        case Connector::State::failed:
            connect_failure_ = SessionFailure{Status::io_error, connector_.error()};
            return;
        case Connector::State::connected:
            makeSession();
        }
    }
    sendOutput();
    if (!session_->failure() && !receiveInput())
        session_->keepTime(time);
}

short ClientConnection::pollEvents()
{
    if (!session_)
        return POLLOUT;
    keepTrust();
    return static_cast<short>(session_->output().empty() ? POLLIN : POLLIN | POLLOUT);
}

std::optional<TimePoint> ClientConnection::nextDeadline() const noexcept
{
    if (session_)
        return session_->deadline();
    if (connect_failure_)
        return std::nullopt;
    return connector_.deadline();
}

// To be called before the session's output is looked at, as that encrypts: nothing but a goodbye is said to a server
// that isn't recognised before what it is recognised by from now on is written down.
void ClientConnection::keepTrust()
{
    if (options_.keep_trust && session_->isOpen() && !session_->failure())
        if (const auto refusal = trust_->remember())
            session_->fail(*refusal);
}

void ClientConnection::sayLastWord() noexcept
{
    if (std::exchange(last_word_said_, true))
        return;
    try {
        sendOutput();
    } catch (...) { // NOLINT(bugprone-empty-catch): out of memory; the server sees the end of the connection anyway
    }
}

void ClientConnection::sendOutput()
{
    keepTrust();
    for (;;) {
        const auto bytes = session_->output();
        if (bytes.empty() || !fd_)
            return;
        const auto requests = session_->sent();
        const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            session_->consumeOutput(static_cast<std::size_t>(sent));
            if (requests != 0 && static_cast<std::size_t>(sent) == bytes.size())
                reply_timer_.sent(requests, now());
        } else if (wouldBlock(errno)) {
            return;
        } else if (errno != EINTR) {
            // Why the server has closed may still stand in the receive buffer, so the session goes on until its end.
            session_->consumeOutput(bytes.size());
            return;
        }
    }
}

bool ClientConnection::receiveInput()
{
    for (;;) {
        const auto space = session_->prepareInput();
        const auto received = ::recv(fd_.get(), space.data(), space.size(), MSG_DONTWAIT);
        if (received > 0) {
            was_drained_ = static_cast<std::size_t>(received) < space.size();
            session_->commitInput(static_cast<std::size_t>(received));
            return true;
        }
        if (received == 0) {
            session_->endInput("the server closed the connection");
            return true;
        }
        if (wouldBlock(errno))
            return false;
        if (errno != EINTR) {
            session_->endInput(options_.server.text() + ": " + errnoText(errno));
            return true;
        }
    }
}

// True if it was the wake descriptor.
bool ClientConnection::waitForEvent(WakeFd *wake, std::optional<TimePoint> deadline)
{
    std::array<pollfd, 2> entries{{{fd(), pollEvents(), 0}, {wake ? wake->get() : -1, POLLIN, 0}}};
    const int count = ::poll(entries.data(), entries.size(), millisecondsUntil(earlier(deadline, nextDeadline())));
    return count > 0 && entries[1].revents != 0;
}

WaitResult ClientConnection::waitConnected(WakeFd *wake)
{
    if (!session_ && !connect_failure_) {
        connector_.lookUpNow();
        started_ = now();
    }
    for (;;) {
        advance(now());
        if (failure())
            return WaitResult::failed;
        if (session_)
            return WaitResult::reply;
        if (waitForEvent(wake, std::nullopt))
            return WaitResult::woken;
    }
}

WaitResult ClientConnection::tryReply(MessageView &reply)
{
    // Behind the last receive there is another look, as nobody polls for bytes that are already here.
    for (unsigned receives = 0;; ++receives) {
        if (const auto message = session_->nextReply()) {
            reply = *message;
            reply_timer_.replied(now());
            return WaitResult::reply;
        }
        if (session_->failure())
            return WaitResult::failed;
        if (session_->loginWanted()) {
            if (loginWanted())
                return WaitResult::login_wanted;
            continue;
        }
        sendOutput();
        // What comes behind a receive that wasn't full, poll(2) sees as soon as another receive would.
        const bool is_drained = receives != 0 && was_drained_;
        if (is_drained || receives == max_receives || !receiveInput()) {
            session_->keepTime(now());
            return session_->failure() ? WaitResult::failed : WaitResult::timeout;
        }
    }
}

WaitResult ClientConnection::waitReply(MessageView &reply, WakeFd *wake, std::optional<TimePoint> deadline)
{
    for (;;) {
        const auto result = tryReply(reply);
        if (result != WaitResult::timeout)
            return result;
        if (deadline && now() >= *deadline)
            return WaitResult::timeout;
        if (waitForEvent(wake, deadline))
            return WaitResult::woken;
    }
}

WaitResult ClientConnection::waitOpen(WakeFd *wake, std::optional<TimePoint> deadline)
{
    if (!session_) {
        const auto result = waitConnected(wake);
        if (result != WaitResult::reply)
            return result;
    }
    for (;;) {
        if (advanceOpening())
            return failure() ? WaitResult::failed : WaitResult::reply;
        if (deadline && now() >= *deadline)
            return WaitResult::timeout;
        if (waitForEvent(wake, deadline))
            return WaitResult::woken;
    }
}

// True when there is nothing left to wait for.
bool ClientConnection::advanceOpening()
{
    for (unsigned receives = 0;; ++receives) {
        session_->advanceOpening();
        sendOutput();
        if (session_->failure() || session_->isOpen())
            return true;
        if (receives == max_receives || !receiveInput()) {
            session_->keepTime(now());
            return session_->failure().has_value();
        }
    }
}

void ClientConnection::leave()
{
    if (!session_)
        return;
    sendOutput();
    ::shutdown(fd_.get(), SHUT_WR);
    const auto space = session_->prepareInput();
    for (unsigned receives = 0; receives < max_receives; ++receives)
        if (::recv(fd_.get(), space.data(), space.size(), MSG_DONTWAIT) <= 0)
            return;
}

void ClientConnection::flush(TimePoint deadline)
{
    if (!session_ || waitOpen(nullptr, deadline) != WaitResult::reply)
        return;
    for (;;) {
        sendOutput();
        if (session_->failure() || session_->output().empty() || now() >= deadline)
            return;
        pollfd entry{fd_.get(), POLLOUT, 0};
        ::poll(&entry, 1, millisecondsUntil(deadline));
    }
}

} // namespace netsane
