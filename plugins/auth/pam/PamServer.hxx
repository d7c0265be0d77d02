// PASS_PAM on the server: each call of PAM's conversation function is a PASS_REQ, its answers a PASS_RPLY (protocol.md
// §6.4).

#pragma once

#include "PamJudgement.hxx"
#include "PamThread.hxx"

#include <array>
#include <netsane/plugin.h>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

/// One login. Owned by the host through its handle. PAM starts with the first step, in a thread of this exchange, and
/// each step waits for it, no longer than the exchange's deadline. No answer is kept here: it goes from the host's
/// field into the memory that PAM frees.
class PamServer {
public:
    /// Throws std::runtime_error if the configuration is wrong by now.
    PamServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict. Blocks. Throws std::exception if it can't be decided.
    uint32_t step(netsane_auth_step_v1 &step);

    void cancel() noexcept;

private:
    enum class State { New, Asked, Told };

    uint32_t begin(netsane_auth_step_v1 &step);
    uint32_t reply(netsane_auth_step_v1 &step);
    uint32_t waitForPam(netsane_auth_step_v1 &step);
    uint32_t conclude(netsane_auth_step_v1 &step);
    uint32_t send(netsane_auth_step_v1 &step, const std::vector<PamMessage> &messages);
    uint32_t refuse(netsane_auth_step_v1 &step, const PamJudgement &judgement) const;
    uint32_t fail(const char *reason) const;
    void logText(uint32_t level, const std::string &text) const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    const uint64_t deadline_ms_;
    const PamRequest request_;
    State state_ = State::New;
    std::optional<PamThread> pam_;
    std::optional<PamJudgement> judgement_;
    std::vector<PamMessage> sent_; ///< what fields_ points to
    std::vector<std::array<unsigned char, 4>> styles_;
    std::vector<netsane_field> fields_;
};

} // namespace netsane
