// What the targets for configurations ask of a report: a line for people that names the file and the line.

#pragma once

#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace netsane {

/// @param report "FILE:LINE: what is wrong"
/// @return LINE
inline size_t requireReport(std::string_view report, std::string_view file, std::string_view text)
{
    constexpr size_t longest = 16384;
    require(report.size() < longest, "a report is short");
    require(std::ranges::none_of(report, [](unsigned char c) { return c < ' ' || c == 0x7f; }),
            "a report is one line of plain text");
    require(report.starts_with(std::string(file) + ":"), "a report names the file");
    report.remove_prefix(file.size() + 1);
    const size_t digits = std::min(report.find_first_not_of("0123456789"), report.size());
    require(digits > 0 && digits < 10 && report.substr(digits).starts_with(": ") && report.size() > digits + 2,
            "and the line, and what is wrong");
    const size_t line = std::stoul(std::string(report.substr(0, digits)));
    require(line >= 1 && line <= 1 + static_cast<size_t>(std::ranges::count(text, '\n')), "which is one of the text");
    return line;
}

} // namespace netsane
