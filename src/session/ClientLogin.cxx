#include "session/ClientLogin.hxx"

#include "os/SecureMemory.hxx"
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

bool ClientLogin::setCredentials(Credentials credentials)
{
    const auto &user = credentials.user;
    if (user.empty() || user.size() > max_user_bytes || user.find('\0') != std::string::npos)
        return false;
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
        return refuse(out, refusalText());
    case LoginState::wanted:
    case LoginState::succeeded:
    case LoginState::refused:
        throw ProtocolError("the server asks for a login again");
    }
}

bool ClientLogin::isUsable(const Method &method, const LinkSecurity &link) const
{
    const bool confidential = link.confidential || policy_.local || policy_.allow_clear_passwords;
    if (method.has(NETSANE_FLAG_NEEDS_CONFIDENTIALITY) && !confidential)
        return false;
    if (method.has(NETSANE_FLAG_CHANNEL_BINDING) && link.channel_binding.empty())
        return false;
    return method.supports(Role::Client) &&
           std::find(failed_methods_.begin(), failed_methods_.end(), method.id()) == failed_methods_.end();
}

void ClientLogin::startExchange(const Method &method, const LinkSecurity &link)
{
    AuthParameters parameters;
    parameters.user = credentials_->user;
    parameters.peer = policy_.peer;
    parameters.confidential = link.confidential || policy_.local;
    parameters.channel_binding = link.channel_binding;
    parameters.local = policy_.local;
    parameters.prompt = [this](PromptStyle style, std::string_view text, std::span<char> answer) {
        return answerPrompt(style, text, answer);
    };
    password_given_ = false;
    exchange_.emplace(method, Role::Client, std::move(parameters));
    exchange_method_ = method.id();
    proof_missing_ = method.has(NETSANE_FLAG_MUTUAL);
}

// Who was refused, where that login is from, and what the server has said about it.
std::string ClientLogin::refusalText() const
{
    std::string text = "the server refused the login";
    if (credentials_) {
        text += " of " + printableText(credentials_->user);
        if (!credentials_->source.empty())
            text += " (from " + credentials_->source + ")";
    }
    return server_error_.empty() ? text : text + ": " + server_error_;
}

void ClientLogin::showText(PromptStyle style, std::string_view text)
{
    const auto lines = printableLines(text);
    if (policy_.note)
        for (const auto &line : lines)
            policy_.note(line);
    if (style == PromptStyle::Error && !lines.empty())
        server_error_ = lines.front();
    // Nobody has to look at it.
    if (policy_.prompt)
        askPolicy(style, text, {});
}

bool ClientLogin::askPolicy(PromptStyle style, std::string_view text, std::span<char> answer)
{
    std::string shown;
    for (const auto &line : printableLines(text))
        shown += (shown.empty() ? "" : "\n") + line;
    return policy_.prompt(style, shown, answer);
}

bool ClientLogin::givePassword(std::span<char> answer)
{
    const auto &password = *credentials_->password;
    if (password.size() >= answer.size()) {
        reason_ = "the password is too long for this method";
        return false;
    }
    std::memcpy(answer.data(), password.c_str(), password.size() + 1);
    return true;
}

bool ClientLogin::answerPrompt(PromptStyle style, std::string_view text, std::span<char> answer)
{
    if (style == PromptStyle::Info || style == PromptStyle::Error) {
        showText(style, text);
        return true;
    }
    // The password answers one question that is asked like one; a second can't be the same.
    if (style == PromptStyle::Hidden && credentials_->password && !std::exchange(password_given_, true))
        return givePassword(answer);
    if (!policy_.prompt) {
        reason_ = credentials_->password ? "the server asks for more than a password: " : "there is no password for: ";
        reason_ += printableText(text);
        return false;
    }
    if (askPolicy(style, text, answer))
        return true;
    reason_ = "no answer was given to: " + printableText(text);
    return false;
}

void ClientLogin::refuseMethod(ByteBuffer &out, std::uint32_t failed_id, const LinkSecurity &link)
{
    exchange_.reset();
    proof_missing_ = false;
    failed_methods_.push_back(failed_id);
    std::vector<std::uint32_t> usable;
    for (const Method *method : methods_.authMethods())
        if (isUsable(*method, link))
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
    // What had been wrong with other methods isn't why this one fails.
    reason_.clear();
    state_ = LoginState::answered;
}

void ClientLogin::onPassRequest(MessageView message, ByteBuffer &out, const LinkSecurity &link)
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
        if (!method || !isUsable(*method, link))
            return refuseMethod(out, pass.method, link);
        startExchange(*method, link);
    }
    std::vector<std::vector<std::byte>> fields;
    switch (exchange_->step(viewFields(pass), fields)) {
    case AuthVerdict::Ok:
        proof_missing_ = false;
        [[fallthrough]];
    case AuthVerdict::Continue:
        return sendAnswer(out, pass.method, fields);
    case AuthVerdict::Fail:
        return refuse(out, printableText(exchange_->reason()));
    case AuthVerdict::Pending: // a client's method has nothing to wait for
    case AuthVerdict::Internal:
    case AuthVerdict::NotApplicable:
        if (reason_.empty())
            reason_ = printableText(exchange_->reason());
        return refuseMethod(out, pass.method, link);
    }
}

// A server's yes counts only once a MUTUAL method has proved to this side who says it.
void ClientLogin::demandProof()
{
    if (!proof_missing_)
        return;
    reason_ = "the server has not proved that it knows this user";
    state_ = LoginState::refused;
    throw ProtocolError(reason_);
}

void ClientLogin::onReply()
{
    if (state_ == LoginState::answered)
        demandProof();
}

void ClientLogin::onWelcome(MessageView message)
{
    const auto name = decodeWelcome(message);
    if (state_ != LoginState::named && state_ != LoginState::answered)
        throw ProtocolError("WELC without a login");
    demandProof();
    if (policy_.note)
        policy_.note("logged in as " + printableText(name));
    exchange_.reset();
    reason_.clear();
    state_ = LoginState::succeeded;
}

void ClientLogin::reset()
{
    exchange_.reset();
    proof_missing_ = false;
    failed_methods_.clear();
    server_error_.clear();
    reason_.clear();
    state_ = LoginState::none;
}

} // namespace netsane
