// What an AuthExchange consists of. Private to src/auth.

#pragma once

#include "auth/AuthExchange.hxx"
#include "plugin/ExchangeHost.hxx"

namespace netsane {

/// The exchange at a fixed address, which the plugin knows.
class AuthExchange::State final : public ExchangeHost {
public:
    State(const Method &method, Role role, AuthParameters parameters);
    ~State();
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    AuthVerdict step(std::span<const AuthField> in, std::vector<std::vector<std::byte>> &out);
    void cancel() noexcept;
    AuthVerdict refuse(AuthVerdict verdict, const char *reason) noexcept;

    const std::string &identity() const noexcept { return identity_; }
    const std::string &reason() const noexcept { return reason_; }
    std::chrono::milliseconds waitTime() const noexcept { return wait_time_; }

    bool prompt(uint32_t style, std::string_view text, std::span<char> answer) override;
    bool setIdentity(std::string_view identity) override;
    void setReason(std::string_view reason) override { reason_ = reason; }

private:
    void start();
    AuthVerdict callStep(std::span<const AuthField> in, netsane_auth_step_v1 &step);
    AuthVerdict judge(AuthVerdict proposed, const netsane_auth_step_v1 &step);
    bool copyOut(const netsane_auth_step_v1 &step, std::vector<std::vector<std::byte>> &out) const;
    bool isLate() const;
    void callCancel() noexcept;

    const Method &method_;
    const netsane_auth_ops_v1 *const operations_;
    const Role role_;
    const AuthParameters parameters_;
    void *exchange_ = nullptr;
    bool started_ = false;
    bool in_step_ = false;
    bool first_ = true;
    bool pending_ = false;
    bool cancelled_ = false;
    bool plugin_cancelled_ = false;
    std::optional<AuthVerdict> final_; ///< no step is possible any more
    std::string proposed_identity_;
    std::string identity_;
    std::string reason_;
    std::chrono::milliseconds wait_time_{0};
};

} // namespace netsane
