#include "session/ClientSession.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "session/ClientText.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cassert>
#include <utility>

namespace netsane {

namespace {

// At a time, from an encrypting peer: a crypt method buffers not much more.
constexpr std::size_t encrypted_receive_bytes = 64 * 1024;

} // namespace

ClientSession::ClientSession(ClientPolicy policy, MethodSource &methods)
    : policy_(std::move(policy)),
      crypt_(policy_, methods, transport_),
      login_(policy_, methods),
      open_deadline_(policy_.open_deadline)
{
}

std::span<std::byte> ClientSession::prepareInput()
{
    const auto size = encrypted() ? encrypted_receive_bytes : receive_bytes;
    return transport_.receiveBuffer(size).first(size);
}

void ClientSession::commitInput(std::size_t received_bytes) noexcept
{
    if (received_bytes == 0)
        return;
    progress_ += received_bytes;
    transport_.received(received_bytes);
}

void ClientSession::keepTime(TimePoint now)
{
    if (failure_)
        return;
    if (state_ != State::open) {
        if (!open_deadline_)
            open_deadline_ = now + max_opening;
        if (now >= *open_deadline_)
            return fail(crypt_.isHandshaking() ? "the handshake failed: the server didn't finish it in time"
                                               : "the server didn't finish its greeting in time");
    }
    keepLoginTime(now);
    keepSilence(now);
}

void ClientSession::keepLoginTime(TimePoint now)
{
    const bool undecided = login_.state() == LoginState::named || login_.state() == LoginState::answered;
    if (!undecided)
        login_deadline_.reset();
    else if (!login_deadline_)
        login_deadline_ = now + max_login;
    else if (now >= *login_deadline_)
        fail("the server didn't decide on the login within 60 seconds");
}

void ClientSession::keepSilence(TimePoint now)
{
    if ((sent() == 0 && state_ == State::open) || loginWanted()) {
        silent_since_.reset();
        return;
    }
    // Single bytes are no news, but a large message may take its time on a slow link.
    if (progress_ >= progress_bytes)
        silent_since_.reset();
    // The first look in vain begins the silence: what had arrived while nobody looked would have been found.
    if (!silent_since_) {
        silent_since_ = now;
        progress_ = 0;
    }
    if (now - *silent_since_ >= max_silence)
        fail("nothing heard from the server for 30 seconds");
}

std::optional<ClientSession::TimePoint> ClientSession::deadline() const noexcept
{
    std::optional<TimePoint> first;
    if (silent_since_)
        first = *silent_since_ + max_silence;
    for (const auto &other : {open_deadline_, login_deadline_})
        if (other && (!first || *other < *first))
            first = other;
    return first;
}

void ClientSession::endInput(const std::string &reason)
{
    end_reason_ = reason;
    // What is done by what has come is done, and only what isn't has been cut.
    isHandshakeDone();
    transport_.endInput();
}

ByteBuffer &ClientSession::request(Command command)
{
    assert(canRequest());
    // Only replies to these are larger than 4 KiB, apart from those that need an open device (protocol.md §9).
    if (command == Command::get_devices || command == Command::open)
        transport_.setLimits(limits_after_login);
    commands_[(first_ + outstanding_.count()) % commands_.size()] = static_cast<std::uint8_t>(command);
    outstanding_.add(command);
    if (!holdsRequests())
        return sink();
    ++held_count_;
    return held_;
}

void ClientSession::quit()
{
    if (failure_)
        return;
    if (!holdsRequests())
        encodeBare(sink(), Command::quit);
    transport_.endOutput();
}

std::span<const std::byte> ClientSession::output()
{
    return transport_.output().data();
}

void ClientSession::consumeOutput(std::size_t sent_bytes) noexcept
{
    transport_.sent(sent_bytes);
    event_output_bytes_ -= std::min(event_output_bytes_, sent_bytes);
}

bool ClientSession::announces(std::uint32_t extension) const noexcept
{
    return std::find(extensions_.begin(), extensions_.end(), extension) != extensions_.end();
}

bool ClientSession::tellsValues() const noexcept
{
    return policy_.wants_values && announces(extension_values) && announces(extension_descriptors);
}

bool ClientSession::login(Credentials credentials)
{
    if (!login_.setCredentials(std::move(credentials)))
        return false;
    if (loginWanted()) {
        login_.answerUser(sink());
        silent_since_.reset(); // the server has waited for us
    }
    return true;
}

void ClientSession::refuseLogin(const std::string &reason)
{
    if (!loginWanted())
        return;
    login_.refuse(sink(), reason);
    silent_since_.reset();
}

void ClientSession::fail(const std::string &reason) noexcept
{
    if (failure_)
        return;
    const bool denied = login_.state() == LoginState::refused;
    failure_.emplace(SessionFailure{denied ? Status::access_denied : Status::io_error, {}});
    try {
        failure_->reason = denied && !login_.reason().empty() ? login_.reason() : reason;
    } catch (...) { // out of memory: the status is what counts
    }
    // In clear it may be half sent; under encryption the goodbye is all that is left to say.
    if (encrypted())
        transport_.dropMessages();
    transport_.endOutput();
    outstanding_.clear();
    held_count_ = 0;
    silent_since_.reset();
    open_deadline_.reset();
    login_deadline_.reset();
}

std::optional<MessageView> ClientSession::nextReply()
{
    return process(false);
}

void ClientSession::advanceOpening()
{
    process(true);
}

std::optional<MessageView> ClientSession::process(bool only_opening)
{
    try {
        for (;;) {
            // A switch in mid-session waits for the replies that crossed with it.
            if (!failure_ && crypt_.isAsked() && sent() == 0)
                chooseCrypt();
            if (failure_ || loginWanted() || (only_opening && state_ == State::open))
                return std::nullopt;
            const auto message = nextMessage();
            if (!message)
                return std::nullopt;
            silent_since_.reset();
            if (isNextReply(*message))
                return message;
            handleEvent(*message);
        }
    } catch (const ProtocolError &error) {
        fail(std::string("the server broke the protocol: ") + error.what());
    }
    return std::nullopt;
}

void ClientSession::handleEvent(MessageView message)
{
    const auto before = unsentBytes();
    onEvent(message);
    event_output_bytes_ += unsentBytes() - before;
    // A server that makes us talk and doesn't listen.
    if (event_output_bytes_ > max_event_output_bytes)
        fail("the server doesn't take our answers");
}

std::optional<MessageView> ClientSession::nextMessage()
{
    if (!isHandshakeDone())
        return std::nullopt;
    if (auto message = transport_.nextMessage())
        return message;
    if (const auto text = endText(); !text.empty())
        fail(text);
    return std::nullopt;
}

// Until it is, no message is there to be taken. It may fail the session.
bool ClientSession::isHandshakeDone()
{
    if (!crypt_.isHandshaking())
        return !failure_;
    if (const auto reason = crypt_.advance(end_reason_))
        fail(*reason);
    if (failure_ || crypt_.isHandshaking())
        return false;
    speaks_first_ = crypt_.maySpeakFirst();
    if (speaks_first_)
        putOut();
    return true;
}

// How the connection has ended; "" if it hasn't.
std::string ClientSession::endText() const
{
    switch (transport_.stream().state()) {
    case CryptState::Error:
        return "the encrypted connection broke: " + printableText(transport_.stream().error());
    case CryptState::Truncated:
        return "the encrypted connection was cut: " + end_reason_.value_or("no goodbye of the server came");
    case CryptState::Closed:
        return "the server closed the connection";
    default:
        return end_reason_.value_or("");
    }
}

bool ClientSession::isNextReply(MessageView message)
{
    const auto command = static_cast<Command>(message.command);
    if (!isRequest(command))
        return false;
    if (sent() == 0)
        throw ProtocolError("reply " + std::to_string(message.command) + " without a request");
    // Requests may be sent before it, but nothing is taken.
    if (state_ != State::open)
        throw ProtocolError("reply " + std::to_string(message.command) + " before the greeting");
    if (commands_[first_] != message.command)
        throw ProtocolError("reply " + std::to_string(message.command) + " to request " +
                            std::to_string(commands_[first_]));
    login_.onReply();
    first_ = (first_ + 1) % commands_.size();
    outstanding_.remove(command);
    if (command == Command::open && toStatus(MessageReader(message).readUnsigned()) == Status::good) {
        was_open_good_ = true;
        outstanding_.allowManyReads(announces(extension_many_reads));
    }
    return true;
}

void ClientSession::onEvent(MessageView message)
{
    const auto command = static_cast<Command>(message.command);
    // Only the greeting may come first, and behind a greeting that announces it only CRPT_REQ.
    if (state_ == State::crypt_follows && command != Command::crypt_request && command != Command::fail)
        throw ProtocolError("message " + std::to_string(message.command) + " where CRPT_REQ was announced");
    if (state_ == State::greeting && command != Command::hello && command != Command::fail)
        throw ProtocolError("message " + std::to_string(message.command) + " before the greeting");
    switch (command) {
    case Command::hello:
        return onHello(message);
    case Command::crypt_request:
        return crypt_.onRequest(message);
    case Command::fail:
        return onServerFail(message);
    case Command::user:
        return login_.onUser(sink());
    case Command::pass_request:
        return login_.onPassRequest(message, sink(), transport_.link());
    case Command::welcome:
        return login_.onWelcome(message);
    default:
        throw ProtocolError("message " + std::to_string(message.command) + " is none that a server sends");
    }
}

void ClientSession::onHello(MessageView message)
{
    auto hello = decodeHello(message);
    if (const auto reason = crypt_.checkGreeting(hello))
        return fail(*reason);
    if (hello.revision)
        crypt_.greeted(message);
    if (policy_.note && !hello.text.empty())
        policy_.note(printableText(hello.text));
    const bool crypt_follows = hello.announces(extension_crypt_follows);
    // A progress note has no revision and takes nothing back.
    if (hello.revision)
        setExtensions(std::move(hello.extensions));
    if (state_ != State::greeting)
        return;
    if (crypt_follows) {
        state_ = State::crypt_follows;
        return;
    }
    if (policy_.crypt == CryptPolicy::require && !encrypted())
        return fail("the server offers no encryption, which is required (tls=off in netsane.conf does without)");
    openCommands();
}

void ClientSession::setExtensions(std::vector<std::uint32_t> extensions)
{
    extensions_ = std::move(extensions);
    outstanding_.allowManyReads(was_open_good_ && announces(extension_many_reads));
}

void ClientSession::sendHello()
{
    if (std::exchange(hello_sent_, true))
        return;
    Hello hello{policy_.program.substr(0, max_hello_text_bytes),
                protocol_revision,
                {extension_login_note, extension_descriptors}};
    if (policy_.wants_values)
        hello.extensions.push_back(extension_values);
    ByteBuffer bytes;
    encodeHello(bytes, hello);
    crypt_.greeting(bytes.data());
    sink().append(bytes.data());
}

void ClientSession::openCommands()
{
    state_ = State::open;
    speaks_first_ = false;
    putOut();
    crypt_.opened();
    open_deadline_.reset();
    // Only from here on the server has something to answer.
    silent_since_.reset();
}

// The first that is said under this method, or in clear.
void ClientSession::putOut()
{
    sendHello();
    sink().append(held_.data());
    held_.clear();
    held_count_ = 0;
}

void ClientSession::chooseCrypt()
{
    if (const auto reason = crypt_.choose())
        return fail(*reason);
    // Our HELO has to be our first message.
    sendHello();
    const auto reason = crypt_.answer();
    // What was learnt before the switch is forgotten, also where it is to NONE; the server greets again.
    hello_sent_ = false;
    setExtensions({});
    login_.reset();
    state_ = State::greeting;
    if (reason)
        fail(*reason);
}

void ClientSession::onServerFail(MessageView message)
{
    const auto reason = printableText(decodeServerFail(message).reason);
    fail(reason.empty() ? "the server closed the connection without a reason" : reason);
}

} // namespace netsane
