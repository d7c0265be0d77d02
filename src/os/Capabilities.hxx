// The capabilities of this process: of root's powers, those that it has or may get. Stateless functions that throw
// nothing and don't block. Source: capabilities(7), prctl(2), capset(2).
#pragma once

#include <cstdint>

namespace netsane {

// Bit n stands for the capability with the number n of <linux/capability.h>.
using CapabilitySet = std::uint64_t;

inline constexpr CapabilitySet all_capabilities = ~CapabilitySet{0};

// Takes out of the bounding set what isn't in `kept`, so that no program that is started gets it, where this process
// may do that (CAP_SETPCAP); no_new_privs has to do elsewhere. Async-signal-safe.
void limitBoundingSet(CapabilitySet kept) noexcept;

// Gives up for good what isn't in `kept`; the ambient and the inheritable set are emptied. False where the kernel
// refuses it. Async-signal-safe.
bool limitCapabilities(CapabilitySet kept) noexcept;

// What this process has, or may get from a program that it starts: its permitted set, and as root without no_new_privs
// the bounding set, too.
CapabilitySet capabilitiesHeld() noexcept;

} // namespace netsane
