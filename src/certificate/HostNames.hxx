// What this host is called by who connects to it. A stateless function.
#pragma once

#include <string>
#include <vector>

namespace netsane {

// The host's name, its full name where a resolver knows it within a few seconds, "localhost", and the addresses of the
// listeners ("192.168.1.5:6576", "[::]:6576", "unix:/path"): where one is for every address, all that the host has now.
// Each once, none that holds on one link only (fe80::). Blocks while names are looked up.
std::vector<std::string> hostNames(const std::vector<std::string> &listeners);

} // namespace netsane
