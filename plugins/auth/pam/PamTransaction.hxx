// One login with Linux-PAM, from pam_start(3) to pam_end(3). The PAM handle lives in run() alone, and so in one thread.

#pragma once

#include "PamConversation.hxx"

#include <string>

namespace netsane {

/// What PAM is asked.
struct PamRequest {
    std::string service;
    std::string confdir; ///< empty: where the system has its services
    std::string user;
    std::string rhost; ///< empty: the login comes from this machine
};

/// Who spoke last.
enum class PamStage { Start, Authentication, Account };

/// What PAM answered.
struct PamResult {
    PamStage stage = PamStage::Start;
    int code = PAM_SYSTEM_ERR;
    std::string text;               ///< the code in PAM's words
    std::string user;               ///< PAM_USER, which modules may have changed; only with PAM_SUCCESS
    unsigned delay_us = 0;          ///< how long a failure is to be held back
    std::string conversation_error; ///< why a call of the conversation function was refused; may be empty
};

class PamTransaction {
public:
    explicit PamTransaction(PamRequest request);

    /// PAM's thread: authentication, then account management. Blocks for as long as PAM does. Once.
    void run() noexcept;

    PamConversation &conversation() noexcept { return conversation_; }

    /// Once the conversation has finished.
    const PamResult &result() const noexcept { return result_; }

private:
    class Handle;

    static int converse(int count, const pam_message **messages, pam_response **responses, void *data) noexcept;
    static void noteDelay(int code, unsigned delay_us, void *data) noexcept;
    int answer(int count, const pam_message **messages, pam_response **responses);
    void login();

    const PamRequest request_;
    PamResult result_;
    PamConversation conversation_;
};

} // namespace netsane
