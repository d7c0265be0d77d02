// Where a netsaned has its control socket, for itself and for who wants to talk to it. A stateless function.
#pragma once

#include "config/ServerConfig.hxx"

#include <string>

namespace netsane {

// Empty: there is none. control_socket of the configuration; else "control" in system_folder for root, and for anybody
// else in $XDG_RUNTIME_DIR/netsane or, where that isn't set, in the state folder (see CertificateFiles).
std::string controlSocketPath(const ServerConfig &config, const std::string &system_folder, bool as_root);

} // namespace netsane
