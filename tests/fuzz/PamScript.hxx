// A PAM service for one input: what it asks, which answers it wants, and how its account management ends. And auth_pam,
// configured to use it.

#pragma once

#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/MethodLab.hxx"

#include <string>
#include <vector>

namespace netsane {

/// One to three calls of the conversation function with up to four messages each.
struct PamScript {
    explicit PamScript(FuzzInput &input);

    /// The service as PAM's file of it.
    std::string text() const;

    /// The one reply that answers everything in a call rightly.
    OutFields answersTo(size_t call) const;

    /// Whether these replies make a login, one for each call.
    bool isRight(const std::vector<DuelRound> &rounds) const;

    std::vector<std::vector<std::string>> calls; ///< pam_scripted's names of styles
    std::string secret;                          ///< what every question wants to hear; letters and digits
    bool locked;                                 ///< account management refuses
};

/// Owned by a target, for the life of the program.
class PamLab : public MethodLab {
public:
    PamLab();

    /// From now on logins go by this script.
    void use(const PamScript &script) const;
};

} // namespace netsane
