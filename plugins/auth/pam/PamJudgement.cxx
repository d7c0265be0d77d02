#include "PamJudgement.hxx"

#include <algorithm>
#include <array>

namespace netsane {

namespace {

struct Meaning {
    int code;
    uint32_t verdict;
    const char *text; ///< nullptr: PAM's words do
};

/// What isn't here is a refusal in PAM's words.
constexpr std::array<Meaning, 18> meanings{{
    {PAM_AUTH_ERR, NETSANE_VERDICT_FAIL, "unknown user or wrong password"},
    {PAM_USER_UNKNOWN, NETSANE_VERDICT_FAIL, "unknown user"},
    {PAM_ACCT_EXPIRED, NETSANE_VERDICT_FAIL, "the account has expired"},
    {PAM_NEW_AUTHTOK_REQD, NETSANE_VERDICT_FAIL, "the password has expired"},
    {PAM_AUTHTOK_EXPIRED, NETSANE_VERDICT_FAIL, "the password has expired"},
    {PAM_CRED_EXPIRED, NETSANE_VERDICT_FAIL, "the password has expired"},
    {PAM_PERM_DENIED, NETSANE_VERDICT_FAIL, "permission denied: the account is locked, or not allowed here or now"},
    {PAM_MAXTRIES, NETSANE_VERDICT_FAIL, "too many tries"},
    {PAM_AUTHINFO_UNAVAIL, NETSANE_VERDICT_FAIL, "the users' data can't be reached"},
    {PAM_CONV_ERR, NETSANE_VERDICT_FAIL, "the conversation failed"},
    {PAM_ABORT, NETSANE_VERDICT_INTERNAL, nullptr},
    {PAM_SYSTEM_ERR, NETSANE_VERDICT_INTERNAL, nullptr},
    {PAM_BUF_ERR, NETSANE_VERDICT_INTERNAL, "no memory"},
    {PAM_SERVICE_ERR, NETSANE_VERDICT_INTERNAL, nullptr},
    {PAM_OPEN_ERR, NETSANE_VERDICT_INTERNAL, "a module of the service can't be loaded"},
    {PAM_SYMBOL_ERR, NETSANE_VERDICT_INTERNAL, nullptr},
    {PAM_MODULE_UNKNOWN, NETSANE_VERDICT_INTERNAL, "a module of the service is missing"},
    {PAM_BAD_ITEM, NETSANE_VERDICT_INTERNAL, nullptr},
}};

const char *stageName(PamStage stage)
{
    switch (stage) {
    case PamStage::Start:
        return "start of PAM";
    case PamStage::Authentication:
        return "authentication";
    case PamStage::Account:
        break;
    }
    return "account management";
}

} // namespace

PamJudgement judgePamResult(const PamResult &result)
{
    if (result.code == PAM_SUCCESS)
        return {NETSANE_VERDICT_OK, {}, false};
    const auto *const meaning = std::ranges::find(meanings, result.code, &Meaning::code);
    const bool known = meaning != meanings.end();
    PamJudgement judgement{known ? meaning->verdict : NETSANE_VERDICT_FAIL, stageName(result.stage), false};
    judgement.reason += ": ";
    judgement.reason += known && meaning->text != nullptr ? meaning->text : result.text.c_str();
    if (!result.conversation_error.empty())
        judgement.reason += " (" + result.conversation_error + ")";
    const bool too_old = result.code == PAM_NEW_AUTHTOK_REQD || result.code == PAM_AUTHTOK_EXPIRED;
    judgement.password_expired = too_old && result.stage == PamStage::Account;
    return judgement;
}

} // namespace netsane
