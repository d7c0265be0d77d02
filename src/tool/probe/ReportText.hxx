// A ProbeReport as text: for people, and as JSON. Functions without state.
#pragma once

#include "tool/probe/ProbeReport.hxx"

#include <string>

namespace netsane {

std::string reportText(const ProbeReport &report);

// One object on several lines. What isn't known is left out; times are in milliseconds, dates in ISO 8601.
std::string reportJson(const ProbeReport &report);

// "TLS (1)", "0x8001"
std::string cryptMethodName(std::uint32_t id);
std::string authMethodName(std::uint32_t id);

// 2027-01-31T12:00:00Z
std::string isoTime(std::time_t time);

} // namespace netsane
