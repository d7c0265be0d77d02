// The [[allow]] rules of a configuration, with the groups of its groups_file. For the supervisor; stateless.
#pragma once

#include "config/AccessRules.hxx"

namespace netsane {

// Reads the file of groups, which belongs to root or to who runs this and is writable by nobody else, as are its
// folders. Logs a warning for each @group of a rule that neither the file nor the system knows. Blocks on the disk and
// on the system's name service. Throws ConfigError where the rules or the file can't be used.
AccessRules loadAccessRules(const ServerConfig &config);

} // namespace netsane
