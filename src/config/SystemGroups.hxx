// The groups of the system, as its name service knows them. Stateless; safe for threads; blocks for as long as a
// directory service takes.
#pragma once

#include <string>

namespace netsane {

// getgrouplist(3) for users of the system; for others, the member list of the group. Errors are "no".
bool isInSystemGroup(const std::string &user, const std::string &group);

// False too where the lookup fails.
bool isSystemGroup(const std::string &group);

} // namespace netsane
