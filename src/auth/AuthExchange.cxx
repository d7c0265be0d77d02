#include "auth/AuthExchange.hxx"

#include "auth/AuthState.hxx"

#include <exception>
#include <utility>

namespace netsane {

AuthExchange::AuthExchange(const Method &method, Role role, AuthParameters parameters) noexcept
{
    try {
        state_ = std::make_unique<State>(method, role, std::move(parameters));
    } catch (...) { // NOLINT(bugprone-empty-catch): an exchange without a state refuses
    }
}

AuthExchange::~AuthExchange() = default;
AuthExchange::AuthExchange(AuthExchange &&other) noexcept = default;
AuthExchange &AuthExchange::operator=(AuthExchange &&other) noexcept = default;

AuthVerdict AuthExchange::step(std::span<const AuthField> in, std::vector<std::vector<std::byte>> &out) noexcept
{
    if (!state_)
        return AuthVerdict::Internal;
    try {
        return state_->step(in, out);
    } catch (const std::exception &error) {
        out.clear();
        return state_->refuse(AuthVerdict::Internal, error.what());
    } catch (...) {
        out.clear();
        return state_->refuse(AuthVerdict::Internal, "an exception was thrown");
    }
}

void AuthExchange::cancel() noexcept
{
    if (state_)
        state_->cancel();
}

const std::string &AuthExchange::identity() const noexcept
{
    static const std::string nobody;
    return state_ ? state_->identity() : nobody;
}

const std::string &AuthExchange::reason() const noexcept
{
    static const std::string no_state = "there is no exchange";
    return state_ ? state_->reason() : no_state;
}

std::chrono::milliseconds AuthExchange::waitTime() const noexcept
{
    return state_ ? state_->waitTime() : std::chrono::milliseconds{0};
}

} // namespace netsane
