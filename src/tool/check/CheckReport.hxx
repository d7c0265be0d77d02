// What `netsane check` has found: lines with a level, and what to do where something is wrong. A local object.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netsane {

enum class CheckLevel { ok, warn, fail };

struct CheckFinding {
    CheckLevel level = CheckLevel::ok;
    std::string area; // "devices": a word, the same for what belongs together
    std::string text;
    std::string advice; // what to do; empty where nothing has to be done
};

using CheckFindings = std::vector<CheckFinding>;

// "ok", "warn", "fail"
std::string_view checkLevelName(CheckLevel level) noexcept;

// The worst; ok where there is none.
CheckLevel worstLevel(const CheckFindings &findings) noexcept;

// A line each, and one for the advice; made harmless for a terminal. with_style: bold and colours.
std::string checkText(const CheckFindings &findings, bool with_style);

// One object on several lines.
std::string checkJson(const CheckFindings &findings);

// For another process of this program: text that unpack() understands, which drops whatever is malformed.
std::string packFindings(const CheckFindings &findings);
CheckFindings unpackFindings(std::string_view text);

} // namespace netsane
