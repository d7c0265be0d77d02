#include "session/ServerLogin.hxx"

#include "wire/ProtocolError.hxx"
#include "wire/WireLimits.hxx"

#include <algorithm>
#include <netsane/plugin.h>
#include <utility>

namespace netsane {

namespace {

// Before a login the limit on messages says so anyway; after one a message may be large.
constexpr std::size_t max_answer_bytes = limits_before_login.max_message_bytes;

} // namespace

ServerLogin::ServerLogin(const SessionSettings &settings, const PeerInfo &peer, ServerHost &host,
                         ByteBuffer &out) noexcept
    : settings_(settings), peer_(peer), host_(host), out_(out)
{
}

bool ServerLogin::mayOffer(const AuthMethodInfo &method, const LinkSecurity &link) const noexcept
{
    if ((method.flags & NETSANE_FLAG_CHANNEL_BINDING) != 0 && link.channel_binding.empty())
        return false;
    const bool needs_confidentiality = (method.flags & NETSANE_FLAG_NEEDS_CONFIDENTIALITY) != 0;
    return !needs_confidentiality || link.confidential || peer_.local || settings_.allow_clear_passwords;
}

bool ServerLogin::canOffer(const LinkSecurity &link) const noexcept
{
    return std::any_of(settings_.auth_methods.begin(), settings_.auth_methods.end(),
                       [&](const auto &method) { return mayOffer(method, link); });
}

void ServerLogin::ask(SessionTime deadline)
{
    login_deadline_ = deadline;
    state_ = ServerState::user_asked;
    encodeUserRequest(out_);
}

ServerLogin::Result ServerLogin::userNamed(const std::string &name, LinkSecurity link)
{
    user_ = name;
    link_ = std::move(link);
    ++attempt_;
    candidates_.clear();
    std::copy_if(settings_.auth_methods.begin(), settings_.auth_methods.end(), std::back_inserter(candidates_),
                 [&](const auto &method) { return mayOffer(method, link_); });
    // No SessionTime is needed: with a candidate the exchange starts at once, and without one there is nothing to
    // delay, as the answer doesn't depend on the name.
    if (candidates_.empty()) {
        host_.logSession(link_.confidential ? "no auth method may be offered on this connection"
                                            : "no auth method may be offered on this unencrypted connection");
        state_ = ServerState::open;
        login_deadline_.reset();
        return Result::exhausted;
    }
    return startNextMethod({});
}

ServerLogin::Result ServerLogin::startNextMethod(SessionTime now)
{
    if (candidates_.empty())
        return attemptFailed(now);
    method_ = candidates_.front().id;
    exchange_running_ = true;
    asked_ = false;
    state_ = ServerState::checking;
    host_.startLogin(
        {++exchange_, method_, user_, link_.confidential, attempt_, link_.channel_binding, link_.peer_name});
    return Result::none;
}

void ServerLogin::loginContinues(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields)
{
    if (!exchange_running_ || exchange != exchange_)
        return;
    asked_ = true;
    state_ = ServerState::pass_asked;
    encodePass(out_, Command::pass_request, {method_, std::move(fields)});
}

void ServerLogin::passReplied(PassMessage pass)
{
    if (pass.method != method_)
        throw ProtocolError("PASS_RPLY for method " + std::to_string(pass.method) + ", asked was method " +
                            std::to_string(method_));
    std::size_t total_bytes = 0;
    for (const auto &field : pass.fields)
        total_bytes += field.size();
    if (total_bytes > max_answer_bytes)
        throw ProtocolError("PASS_RPLY of " + std::to_string(total_bytes) + " bytes");
    state_ = ServerState::checking;
    host_.continueLogin(exchange_, std::move(pass.fields));
}

ServerLogin::Result ServerLogin::clientFailed(const ClientFail &fail, SessionTime now)
{
    const auto command = static_cast<Command>(fail.command);
    if (command == Command::user) {
        if (exchange_running_)
            host_.cancelLogin(exchange_);
        exchange_running_ = false;
        // A name starts an exchange, which costs more than it costs to send one.
        const bool spent = state_ == ServerState::pass_asked && attempt_ >= settings_.auth_tries;
        state_ = ServerState::open;
        login_deadline_.reset();
        user_.clear();
        return spent ? Result::exhausted : Result::declined;
    }
    if (command != Command::pass_request || state_ != ServerState::pass_asked)
        throw ProtocolError("FAIL for command " + std::to_string(fail.command) + " while " +
                            std::string(stateName(state_)));
    host_.cancelLogin(exchange_);
    // The refused method is out even if the client lists it; beyond that its list only narrows.
    std::erase_if(candidates_, [&](const AuthMethodInfo &method) {
        return std::find(fail.methods.begin(), fail.methods.end(), method.id) == fail.methods.end();
    });
    return tryAnotherMethod(now);
}

ServerLogin::Result ServerLogin::loginNotApplicable(ExchangeKey exchange, SessionTime now)
{
    if (!exchange_running_ || exchange != exchange_)
        return Result::none;
    return state_ == ServerState::checking && !asked_ ? tryAnotherMethod(now) : attemptFailed(now);
}

ServerLogin::Result ServerLogin::tryAnotherMethod(SessionTime now)
{
    exchange_running_ = false;
    state_ = ServerState::checking;
    std::erase_if(candidates_, [&](const AuthMethodInfo &method) { return method.id == method_; });
    if (candidates_.empty())
        host_.logSession("login refused: no auth method is left for the user who was named");
    return startNextMethod(now);
}

ServerLogin::Result ServerLogin::loginFailed(ExchangeKey exchange, SessionTime now)
{
    if (!exchange_running_ || exchange != exchange_)
        return Result::none;
    return attemptFailed(now);
}

ServerLogin::Result ServerLogin::authGone(SessionTime now)
{
    return exchange_running_ ? attemptFailed(now) : Result::none;
}

bool ServerLogin::swallows(Command command) noexcept
{
    const bool answers = command == Command::pass_reply || command == Command::fail;
    return answers && std::exchange(reply_crosses_, false);
}

ServerLogin::Result ServerLogin::attemptFailed(SessionTime now)
{
    exchange_running_ = false;
    reply_crosses_ = state_ == ServerState::pass_asked;
    state_ = ServerState::checking;
    delay_until_ = now + settings_.auth_fail_delay;
    return tick(now);
}

ServerLogin::Result ServerLogin::loggedIn(ExchangeKey exchange, const std::string &user)
{
    if (!exchange_running_ || exchange != exchange_)
        return Result::none;
    exchange_running_ = false;
    logged_in_ = true;
    attempt_ = 0;
    user_ = user;
    state_ = ServerState::open;
    login_deadline_.reset();
    return Result::logged_in;
}

ServerLogin::Result ServerLogin::tick(SessionTime now)
{
    if (!delay_until_ || now < *delay_until_)
        return Result::none;
    delay_until_.reset();
    user_.clear();
    if (attempt_ >= settings_.auth_tries) {
        state_ = ServerState::open;
        login_deadline_.reset();
        return Result::exhausted;
    }
    state_ = ServerState::user_asked;
    encodeUserRequest(out_);
    return Result::none;
}

std::optional<SessionTime> ServerLogin::nextDeadline() const noexcept
{
    if (delay_until_ && login_deadline_)
        return std::min(*delay_until_, *login_deadline_);
    return delay_until_ ? delay_until_ : login_deadline_;
}

bool ServerLogin::isLate(SessionTime now) const noexcept
{
    return login_deadline_ && now >= *login_deadline_;
}

void ServerLogin::reset()
{
    if (exchange_running_)
        host_.cancelLogin(exchange_);
    exchange_running_ = false;
    logged_in_ = false;
    link_ = {};
    reply_crosses_ = false;
    user_.clear();
    state_ = ServerState::open;
    login_deadline_.reset();
    delay_until_.reset();
}

} // namespace netsane
