// NETSANE's folders on this system; below the folder that `make install DESTDIR=` filled where this program runs from
// there, as netsaned does it. Stateless functions. Throw std::filesystem::filesystem_error when /proc isn't there.
#pragma once

#include <string>

namespace netsane {

// Of configuration files, "/etc/netsane".
std::string configFolder();

// Of what a netsaned that root started makes, "/var/lib/netsane".
std::string systemStateFolder();

// Of its control socket, "/run/netsane".
std::string systemRunFolder();

// Of netsaned-device and the others, and of netsaned itself.
std::string programFolder();
std::string serverFolder();

// Where the configuration names no other.
std::string methodFolder();

// Whether a configuration is for a netsaned that root starts: root's file is, whoever asks, and any that root asks
// about.
bool isRootsConfiguration(const std::string &config_file);

} // namespace netsane
