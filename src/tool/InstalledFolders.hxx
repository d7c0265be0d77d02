// NETSANE's folders on this system; below the folder that `make install DESTDIR=` filled where this program runs from
// there, as netsaned does it. Stateless functions. Throw std::filesystem::filesystem_error when /proc isn't there.
#pragma once

#include <string>

namespace netsane {

// Of configuration files, "/etc/netsane".
std::string configFolder();

// Of what a netsaned that root started makes, "/var/lib/netsane".
std::string systemStateFolder();

} // namespace netsane
