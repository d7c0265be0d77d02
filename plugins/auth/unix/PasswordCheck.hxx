// The comparison of a password with its stored form.

#pragma once

#include <netsane/plugin.h>
#include <string_view>

namespace netsane {

/// The most that crypt(3) takes, with the NUL.
constexpr size_t max_password_bytes = 512;

/// Whether this is the user's password by the file under the configuration key "file", which is read anew. Takes as
/// long for users that don't exist or are locked. Everything secret stays in the host's locked memory. Throws
/// std::exception if it can't be told, and has logged why.
/// @param password NUL-terminated
bool isPassword(const netsane_host_v1 &host, std::string_view user, const char *password);

/// Reads the file for a look at its form. Throws as above.
void checkPasswordFile(const netsane_host_v1 &host);

} // namespace netsane
