// Where a server's TLS certificate and its key are: named by the configuration, or made by netsaned at its first start.
// Stateless functions; nothing is opened.
#pragma once

#include "config/ServerConfig.hxx"

#include <string>

namespace netsane {

struct CertificateFiles {
    std::string certificate; // empty: the configuration has none
    std::string key;
    bool own = false; // neither is configured: both are netsaned's own, in its state folder
};

// Where netsaned keeps what it makes. state_dir of the configuration; else system_folder for root, and for anybody else
// $XDG_STATE_HOME/netsane or ~/.local/state/netsane. Throws ConfigError where that user has no home.
std::string stateFolder(const ServerConfig &config, const std::string &system_folder, bool as_root);

// The files for TLS. None where crypt doesn't offer it; one of the two may be missing if only the other is configured.
CertificateFiles certificateFiles(const ServerConfig &config, const std::string &state_folder);

// Puts the files into the settings of TLS, as if they had been configured.
void useCertificate(ServerConfig &config, const CertificateFiles &files);

} // namespace netsane
