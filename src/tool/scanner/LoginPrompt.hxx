// SANE's authorization callback for commands: asks on the terminal.
#pragma once

#include <sane/sane.h>

namespace netsane {

// A SANE_Auth_Callback. user and password have room for SANE_MAX_USERNAME_LEN and SANE_MAX_PASSWORD_LEN bytes. Both
// are left empty where there is no terminal or nobody types anything. Blocks until somebody has.
void askLogin(SANE_String_Const resource, SANE_Char *user, SANE_Char *password) noexcept;

} // namespace netsane
