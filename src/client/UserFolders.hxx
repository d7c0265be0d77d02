// Where a person keeps files: functions that look at the environment and at whom the process runs as.
#pragma once

#include <optional>
#include <string>

namespace netsane {

// Setuid and the like: files are in the real user's home, and what is done with them is done in the name of the
// effective one.
bool hasForeignRights() noexcept;

// $HOME, or nothing. A relative one would depend on where the program was started, and counts as none.
std::optional<std::string> homeFolder();

// $XDG_CONFIG_HOME, or ~/.config where that isn't set or relative; nothing where there is no home either.
std::optional<std::string> userConfigFolder();

} // namespace netsane
