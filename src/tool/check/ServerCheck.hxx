// What "netsaned --check" says: whether it would start, and what would hold its processes in their places. Stateless
// functions.
#pragma once

#include "config/ServerConfig.hxx"
#include "tool/check/CheckReport.hxx"

#include <string>

namespace netsane {

// program: netsaned. Blocks until its check is over. Throws std::system_error.
CheckFindings checkServer(const ServerConfig &config, const std::string &config_file, const std::string &program);

// The same from its standard error, for tests.
CheckFindings judgeServer(const ServerConfig &config, const std::string &output, bool succeeded);

} // namespace netsane
