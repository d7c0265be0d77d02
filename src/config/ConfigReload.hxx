// What of a changed configuration a running daemon can't take over. Stateless.
#pragma once

#include "config/ServerConfig.hxx"

#include <string>
#include <vector>

namespace netsane {

// Gives `wanted` the values of `running` where a change needs a restart: user, group, sandbox, plugin_dir,
// process_timeout, and auth where one is [] and the other isn't. Returns the names of those that were changed: "user",
// "sandbox".
std::vector<std::string> keepStartOnlyKeys(ServerConfig &wanted, const ServerConfig &running);

} // namespace netsane
