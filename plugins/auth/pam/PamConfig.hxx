// What the configuration says about PAM, keys "service" and "confdir".

#pragma once

#include <netsane/plugin.h>
#include <string>

namespace netsane {

struct PamConfig {
    std::string service; ///< as libpam looks for it: in lower case
    std::string confdir; ///< empty: where the system has its services
};

/// Throws std::runtime_error for a value that can't be.
PamConfig readPamConfig(const netsane_host_v1 &host);

/// Looks for the service's file. libpam itself would take the service "other" where there is none, without a word.
/// Throws std::runtime_error if it isn't there, can't be read, or others than root and this user could change it.
void requirePamService(const PamConfig &config);

} // namespace netsane
