// The daemon's log: standard error in the foreground, syslog otherwise. One per process, set up first thing in main.
//
// Lines from peers (names, addresses, reasons) are made harmless here: control characters become '?'. Over spdlog.
#pragma once

#include <string_view>

namespace netsane {

enum class LogTarget { standard_error, syslog };

// program: "netsaned-session", stands in every line. Throws spdlog's exceptions.
void openLog(std::string_view program, LogTarget target, bool verbose);

// In a process that was forked off and is about to close descriptors: the log's own is closed now, and made anew when
// there is something to say.
void leaveLogOfParent() noexcept;

// As --log wants it, for handing it to child processes.
std::string_view logTargetName(LogTarget target) noexcept;

void logDebug(std::string_view text) noexcept;
void logInfo(std::string_view text) noexcept;
void logWarning(std::string_view text) noexcept;
void logError(std::string_view text) noexcept;

} // namespace netsane
