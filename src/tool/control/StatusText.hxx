// The status of a daemon for people. Stateless functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace netsane {

struct StatusLine {
    enum class Kind { plain, title, trouble };
    std::string text; // harmless for a terminal, no line end
    Kind kind = Kind::plain;
};

// status: as the daemon answers it, with "bytes_per_second" where that is known. What is missing or of another type
// than expected is left out. max_width: see TextTable.
std::vector<StatusLine> statusLines(const nlohmann::json &status, std::size_t max_width);

// Puts "bytes_per_second" into each connection that is in both, and into the status for all of them.
void addRates(nlohmann::json &status, const nlohmann::json &earlier);

// "5 s", "12 min", "3 h 7 min", "2 d 4 h"
std::string durationText(std::uint64_t seconds);

} // namespace netsane
