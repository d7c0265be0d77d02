// What of a changed configuration a running daemon can't take over. Stateless.
#pragma once

#include "config/ServerConfig.hxx"

#include <string>
#include <vector>

namespace netsane {

// Gives `wanted` the values of `running` where a change needs a restart: user, group, plugin_dir, the keys of [sane],
// and auth where one is [] and the other isn't. Returns the names of those that were changed: "user", "[sane] exclude".
std::vector<std::string> keepStartOnlyKeys(ServerConfig &wanted, const ServerConfig &running);

} // namespace netsane
