// What libnetsane has to say to people: lines for standard error, if SANE_DEBUG_NETSANE asks for them.
//
// Stateless functions and a callback type; nothing is kept between calls, so that the library can be unloaded.
#pragma once

#include <functional>
#include <string>

namespace netsane {

// Level 0: something is set up wrong. 1: why a call failed. 2: what a server says. 4: every call.
using DebugSink = std::function<void(int level, const std::string &text)>;

// Writes "[netsane] text" if SANE_DEBUG_NETSANE is a number not below the level. In one write, no locks.
void debugToStandardError(int level, const std::string &text) noexcept;

} // namespace netsane
