// The last word of a process whose sandbox has refused a system call.
#pragma once

namespace netsane {

// Tells the supervisor, on the channel that the process was started with, as the reason why it ends. Fit for a signal
// handler: it uses no memory but its own and never waits.
void reportRefusedCall(int number, const char *name) noexcept;

} // namespace netsane
