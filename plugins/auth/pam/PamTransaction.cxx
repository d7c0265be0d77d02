#include "PamTransaction.hxx"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace netsane {

/// A pam_handle_t that ends with the last code.
class PamTransaction::Handle {
public:
    Handle(const PamRequest &request, const pam_conv &conversation)
    {
        const char *const service = request.service.c_str();
        const char *const user = request.user.c_str();
        code_ = request.confdir.empty()
                    ? ::pam_start(service, user, &conversation, &handle_)
                    : ::pam_start_confdir(service, user, &conversation, request.confdir.c_str(), &handle_);
    }
    ~Handle()
    {
        if (handle_ != nullptr)
            ::pam_end(handle_, code_);
    }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;

    int code() const noexcept { return code_; }
    bool isGood() const noexcept { return code_ == PAM_SUCCESS; }

    void set(int item, const void *value)
    {
        if (isGood())
            code_ = ::pam_set_item(handle_, item, value);
    }
    void authenticate()
    {
        if (isGood())
            code_ = ::pam_authenticate(handle_, PAM_DISALLOW_NULL_AUTHTOK);
    }
    void manageAccount()
    {
        if (isGood())
            code_ = ::pam_acct_mgmt(handle_, PAM_DISALLOW_NULL_AUTHTOK);
    }
    std::string user() const
    {
        const void *value = nullptr;
        const bool known = ::pam_get_item(handle_, PAM_USER, &value) == PAM_SUCCESS && value != nullptr;
        return known ? static_cast<const char *>(value) : "";
    }
    std::string text() const
    {
        const char *const text = ::pam_strerror(handle_, code_);
        return text != nullptr ? text : "";
    }

private:
    pam_handle_t *handle_ = nullptr;
    int code_ = PAM_SYSTEM_ERR;
};

PamTransaction::PamTransaction(PamRequest request) : request_(std::move(request)) {}

void PamTransaction::run() noexcept
{
    try {
        login();
    } catch (const std::exception &) { // no memory
        result_.code = PAM_BUF_ERR;
    }
    conversation_.finish();
}

void PamTransaction::login()
{
    const pam_conv conversation{converse, this};
    Handle handle(request_, conversation);
    handle.set(PAM_FAIL_DELAY, reinterpret_cast<const void *>(&noteDelay));
    handle.set(PAM_TTY, "netsane");
    // Modules take a login without PAM_RHOST for one from this machine.
    if (!request_.rhost.empty())
        handle.set(PAM_RHOST, request_.rhost.c_str());
    if (handle.isGood()) {
        result_.stage = PamStage::Authentication;
        handle.authenticate();
    }
    if (handle.isGood()) {
        result_.stage = PamStage::Account;
        handle.manageAccount();
    }
    // No pam_setcred(3): credentials are for a process that goes on as this user, and there is none.
    result_.code = handle.code();
    if (handle.isGood())
        result_.user = handle.user();
    else
        result_.text = handle.text();
}

int PamTransaction::converse(int count, const pam_message **messages, pam_response **responses, void *data) noexcept
{
    try {
        return static_cast<PamTransaction *>(data)->answer(count, messages, responses);
    } catch (const std::exception &) { // no memory
        return PAM_BUF_ERR;
    }
}

int PamTransaction::answer(int count, const pam_message **messages, pam_response **responses)
{
    std::vector<PamMessage> texts;
    try {
        texts = readPamMessages(count, messages);
    } catch (const std::runtime_error &error) {
        result_.conversation_error = error.what();
        return PAM_CONV_ERR;
    }
    const bool has_question = std::ranges::any_of(texts, &PamMessage::isQuestion);
    if (has_question && responses == nullptr) {
        result_.conversation_error = "a PAM module asks and doesn't want to know the answer";
        return PAM_CONV_ERR;
    }
    std::optional<PamResponses> answers = conversation_.ask(std::move(texts));
    if (!answers)
        return PAM_CONV_ERR;
    // some modules want nothing back for texts alone
    if (responses != nullptr)
        *responses = answers->release();
    return PAM_SUCCESS;
}

// In place of PAM's own sleep. With the random part that PAM adds; called for a success too, and then the delay is kept
// for a refusal of account management, so that it doesn't tell that the password was right.
void PamTransaction::noteDelay(int, unsigned delay_us, void *data) noexcept
{
    PamResult &result = static_cast<PamTransaction *>(data)->result_;
    result.delay_us = std::max(result.delay_us, delay_us);
}

} // namespace netsane
