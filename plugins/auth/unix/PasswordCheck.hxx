// The comparison of a password with its stored form.

#pragma once

#include <netsane/plugin.h>
#include <string_view>

namespace netsane {

/// Whether this is the password of a user who may log in, by the file that the configuration names, which is read anew:
/// "file" is the path of a password file, or "shadow" for the system's shadow file ("shadow_file" names another).
/// Takes as long for users that don't exist, are locked or have expired. Everything secret stays in the host's locked
/// memory. Throws std::exception if it can't be told.
/// @param password NUL-terminated
/// @return nullptr if so, else the reason for the log
const char *findFault(const netsane_host_v1 &host, std::string_view user, const char *password);

/// Reads the file for a look at its form. What netsane_plugin_v1.init returns; the reason is logged.
int32_t checkUsers(const netsane_host_v1 &host) noexcept;

} // namespace netsane
