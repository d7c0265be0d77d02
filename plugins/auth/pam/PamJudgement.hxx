// What a result of PAM means for a login.

#pragma once

#include "PamTransaction.hxx"

#include <string>

namespace netsane {

struct PamJudgement {
    uint32_t verdict = 0;          ///< NETSANE_VERDICT_OK, _FAIL or _INTERNAL
    std::string reason;            ///< for the log
    bool password_expired = false; ///< the password was right, and the person is to be told that it's too old
};

PamJudgement judgePamResult(const PamResult &result);

} // namespace netsane
