#include "session/ClientLogin.hxx"

#include "session/ClientText.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netsane {

namespace {

// More rounds than any method needs; a server that never decides must not keep the client busy for ever.
constexpr unsigned max_pass_requests = 32;

std::vector<AuthField> viewFields(const PassMessage &pass)
{
    return {pass.fields.begin(), pass.fields.end()};
}

} // namespace

ClientLogin::~ClientLogin()
{
    if (credentials_)
        wipeText(credentials_->password);
}

bool ClientLogin::setCredentials(Credentials credentials)
{
    const auto &user = credentials.user;
    if (user.empty() || user.size() > max_user_bytes || user.find('\0') != std::string::npos) {
        wipeText(credentials.password);
        return false;
    }
    if (credentials_)
        wipeText(credentials_->password);
    credentials_.emplace(std::move(credentials));
    return true;
}

void ClientLogin::answerUser(ByteBuffer &out)
{
    encodeUser(out, credentials_->user);
    state_ = LoginState::named;
}

void ClientLogin::refuse(ByteBuffer &out, const std::string &reason)
{
    if (reason_.empty())
        reason_ = reason;
    exchange_.reset();
    encodeClientFail(out, {static_cast<std::uint32_t>(Command::user), {}});
    state_ = LoginState::refused;
}

void ClientLogin::onUser(ByteBuffer &out)
{
    switch (state_) {
    case LoginState::none:
        if (credentials_)
            answerUser(out);
        else
            state_ = LoginState::wanted;
        return;
    case LoginState::named:
    case LoginState::answered:
        return refuse(out, "the server refused the login");
    case LoginState::wanted:
    case LoginState::succeeded:
    case LoginState::refused:
        throw ProtocolError("the server asks for a login again");
    }
}

bool ClientLogin::isUsable(const Method &method, bool encrypted) const
{
    const bool confidential = encrypted || policy_.local || policy_.allow_clear_passwords;
    if (method.has(NETSANE_FLAG_NEEDS_CONFIDENTIALITY) && !confidential)
        return false;
    return method.supports(Role::Client) &&
           std::find(failed_methods_.begin(), failed_methods_.end(), method.id()) == failed_methods_.end();
}

void ClientLogin::startExchange(const Method &method, bool encrypted)
{
    AuthParameters parameters;
    parameters.user = credentials_->user;
    parameters.peer = policy_.peer;
    parameters.confidential = encrypted || policy_.local;
    parameters.local = policy_.local;
    parameters.prompt = [this](PromptStyle style, std::string_view text, std::span<char> answer) {
        return answerPrompt(style, text, answer);
    };
    password_given_ = false;
    exchange_.emplace(method, Role::Client, std::move(parameters));
    exchange_method_ = method.id();
}

bool ClientLogin::answerPrompt(PromptStyle style, std::string_view text, std::span<char> answer)
{
    if (style == PromptStyle::Info || style == PromptStyle::Error) {
        if (policy_.note)
            policy_.note(printableText(text));
        return true;
    }
    // There is one answer, the password; a second question can't be the same one.
    const auto &password = credentials_->password;
    if (style != PromptStyle::Hidden || std::exchange(password_given_, true) || password.size() >= answer.size()) {
        reason_ = "the server asks for more than a password: " + printableText(text);
        return false;
    }
    std::memcpy(answer.data(), password.c_str(), password.size() + 1);
    return true;
}

void ClientLogin::refuseMethod(ByteBuffer &out, std::uint32_t failed_id, bool encrypted)
{
    exchange_.reset();
    failed_methods_.push_back(failed_id);
    std::vector<std::uint32_t> usable;
    for (const Method *method : methods_.authMethods())
        if (isUsable(*method, encrypted))
            usable.push_back(method->id());
    if (reason_.empty())
        reason_ = "the server's auth method " + std::to_string(failed_id) +
                  " is not allowed by netsane.conf, not installed, or not safe on this connection";
    if (usable.empty())
        return refuse(out, reason_);
    encodeClientFail(out, {static_cast<std::uint32_t>(Command::pass_request), std::move(usable)});
    state_ = LoginState::answered;
}

void ClientLogin::sendAnswer(ByteBuffer &out, std::uint32_t method, std::vector<std::vector<std::byte>> &fields)
{
    PassMessage reply{method, std::move(fields)};
    encodePass(out, Command::pass_reply, reply);
    for (auto &field : reply.fields)
        wipe(field);
    state_ = LoginState::answered;
}

void ClientLogin::onPassRequest(MessageView message, ByteBuffer &out, bool encrypted)
{
    const auto pass = decodePass(message);
    if (state_ != LoginState::named && state_ != LoginState::answered)
        throw ProtocolError("PASS_REQ without a login");
    if (++requests_ > max_pass_requests)
        throw ProtocolError("more than " + std::to_string(max_pass_requests) + " PASS_REQ");
    if (exchange_ && exchange_method_ != pass.method)
        throw ProtocolError("another auth method in the middle of an exchange");
    if (!exchange_) {
        const Method *const method = methods_.authMethod(pass.method);
        if (!method || !isUsable(*method, encrypted))
            return refuseMethod(out, pass.method, encrypted);
        startExchange(*method, encrypted);
    }
    std::vector<std::vector<std::byte>> fields;
    switch (exchange_->step(viewFields(pass), fields)) {
    case AuthVerdict::Continue:
    case AuthVerdict::Ok:
        return sendAnswer(out, pass.method, fields);
    case AuthVerdict::Fail:
        return refuse(out, printableText(exchange_->reason()));
    case AuthVerdict::Pending: // a client's method has nothing to wait for
    case AuthVerdict::Internal:
    case AuthVerdict::NotApplicable:
        if (reason_.empty())
            reason_ = printableText(exchange_->reason());
        return refuseMethod(out, pass.method, encrypted);
    }
}

void ClientLogin::onWelcome(MessageView message)
{
    const auto name = decodeWelcome(message);
    if (state_ != LoginState::named && state_ != LoginState::answered)
        throw ProtocolError("WELC without a login");
    if (policy_.note)
        policy_.note("logged in as " + printableText(name));
    exchange_.reset();
    reason_.clear();
    state_ = LoginState::succeeded;
}

void ClientLogin::reset()
{
    exchange_.reset();
    failed_methods_.clear();
    reason_.clear();
    state_ = LoginState::none;
}

} // namespace netsane
