// The rule of the auth targets: whoever has the right secrets gets in, and nobody else does.

#pragma once

#include "tests/auth/AuthFields.hxx"
#include "tests/fuzz/FuzzInput.hxx"

#include <string>
#include <vector>

namespace netsane {

/// Looks at what the server's last step said, and at what it says when it is asked once more.
/// @param right whether this was a login that must succeed; else it must fail
void requireJudgement(AuthExchange &server, AuthVerdict verdict, const OutFields &out, const std::string &user,
                      bool right);

/// Whether an exchange looks at the fields at all.
bool isWithinLimits(const OutFields &fields);

struct DuelRound {
    OutFields request;   ///< as the server made it
    OutFields delivered; ///< as the reply reached the server
};

struct Duel {
    std::vector<DuelRound> rounds;
    bool untouched = true; ///< nothing was changed on the way
    AuthVerdict client = AuthVerdict::Internal;
    AuthVerdict server = AuthVerdict::Internal;
    OutFields out; ///< of the server's last step
};

/// Client and server against each other until one of them has enough, with the input's edits on each message.
Duel fight(FuzzInput &input, AuthExchange &server, AuthExchange &client);

} // namespace netsane
