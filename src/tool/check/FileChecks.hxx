// The server's files: certificate, key, password files. Stateless functions that change nothing.
#pragma once

#include "config/ServerConfig.hxx"
#include "tool/check/CheckReport.hxx"

#include <ctime>
#include <string>

namespace netsane {

// state_folder: see CertificateFiles. As who starts netsaned.
CheckFindings checkCertificate(const ServerConfig &config, const std::string &state_folder, std::time_t now);

// As who judges logins.
CheckFindings checkPasswordFiles(const ServerConfig &config);

// Whether a method needs root, so that logins are judged as root.
bool judgesAsRoot(const ServerConfig &config);

// As the processes that load them: each module of crypt and auth, with version and number, without starting it.
CheckFindings checkModules(const ServerConfig &config, const std::string &installed_folder);

} // namespace netsane
