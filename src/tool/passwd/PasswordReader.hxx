// Where commands get a password from: the terminal, where it isn't shown, or standard input.
//
// All functions block, and but for askUserAndPassword() throw ToolError for what can't be a password: nothing, more
// than max_password_bytes, or one with a control character (NUL, or what an arrow key sends), which no client could
// type or keep in its configuration.
#pragma once

#include "tool/passwd/SecretText.hxx"

#include <cstddef>
#include <optional>
#include <string>

namespace netsane {

// One line of a descriptor, without its line feed; what follows it is left unread. The end of the input ends the line
// too.
SecretText readPasswordLine(int fd);

// Asks twice on /dev/tty without echo. Echo is back when this returns or throws, and when a signal ends or stops the
// program meanwhile; after a stop (^Z) it asks anew. Throws also when there is no terminal or the two differ.
SecretText askNewPassword(const std::string &user);

struct TypedLogin {
    std::string user;
    SecretText password;
};

// Asks on /dev/tty for a user, in sight, and a password, as above but once. for_what: "netsane:host:test:0". Nothing
// where there is no terminal, and for an empty or too long answer.
std::optional<TypedLogin> askUserAndPassword(const std::string &for_what, std::size_t max_user_bytes,
                                             std::size_t max_password_size);

} // namespace netsane
