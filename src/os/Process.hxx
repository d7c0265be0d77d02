// This process's own limits and descriptors. Stateless functions that throw nothing and don't block.
#pragma once

#include <cstddef>

namespace netsane {

// Other processes of the same user can't trace this one or read its memory, and it leaves no core behind. For a child
// to call first of all, since exec undoes the former. Source: prctl(2) PR_SET_DUMPABLE.
void denyInspection() noexcept;

// Raises the soft limit of open descriptors to the hard one (RLIMIT_NOFILE), which programs that are started inherit,
// and both to `wanted` where that is more and this process may (CAP_SYS_RESOURCE). Returns the limit that holds now.
std::size_t raiseDescriptorLimit(std::size_t wanted) noexcept;

// Lowers the soft limit to this, unless it is lower already. Async-signal-safe.
bool lowerDescriptorLimit(std::size_t most) noexcept;

// Closes every descriptor from this number up. Async-signal-safe. Source: close_range(2).
void closeDescriptorsFrom(int first) noexcept;

} // namespace netsane
