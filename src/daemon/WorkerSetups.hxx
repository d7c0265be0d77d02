// What the other processes are told at their start, made of the configuration. Stateless.
#pragma once

#include "config/ServerConfig.hxx"
#include "daemon/IpcMessages.hxx"

#include <string>
#include <vector>

namespace netsane {

// installed_plugin_dir: where the configuration names none.
SessionSetup makeSessionSetup(const ServerConfig &config, const std::string &installed_plugin_dir);

// may_drop: the auth process is started as root and can become the configuration's user.
AuthSetup makeAuthSetup(const ServerConfig &config, const std::string &installed_plugin_dir, bool may_drop);

// addresses: where the server listens, with the ports that it really has. host: this machine's name.
DiscoverySetup makeDiscoverySetup(const ServerConfig &config, const std::vector<std::string> &addresses,
                                  const std::string &host);

} // namespace netsane
