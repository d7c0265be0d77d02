// SANE's authorization callback for commands: asks on the terminal.
#pragma once

#include <sane/sane.h>
#include <string>
#include <string_view>

namespace netsane {

// A SANE_Auth_Callback. user and password have room for SANE_MAX_USERNAME_LEN and SANE_MAX_PASSWORD_LEN bytes. Both
// are left empty where there is no terminal or nobody types anything. Blocks until somebody has.
void askLogin(SANE_String_Const resource, SANE_Char *user, SANE_Char *password) noexcept;

// What saned's clients answer to a resource with a challenge, "host:device$MD5$salt": "$MD5$" and the digest of salt
// and password, so that the password itself isn't sent. For one without a challenge the password. Throws
// std::runtime_error where there is no MD5.
std::string answerFor(std::string_view resource, std::string_view password);

} // namespace netsane
