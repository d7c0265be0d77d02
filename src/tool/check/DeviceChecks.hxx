// SANE as netsaned's device processes have it: its configuration, version, and the scanners that it finds. A stateless
// function.
#pragma once

#include "config/ServerConfig.hxx"
#include "os/ProcessIdentity.hxx"
#include "tool/check/CheckReport.hxx"

#include <optional>
#include <string>

namespace netsane {

// program: netsaned-device. Blocks for as long as a listing takes, at most list_timeout. Throws std::system_error.
CheckFindings checkDevices(const ServerConfig &config, const std::string &program,
                           const std::optional<ProcessIdentity> &identity);

// The same from what netsaned-device has sent, for tests. is_late: it was killed.
CheckFindings judgeListing(const std::string &bytes, bool is_late);

} // namespace netsane
