// Values of options as people type them, checked against what the device allows. A function without state.
#pragma once

#include <cstddef>
#include <sane/sane.h>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace netsane {

// The bytes for sane_control_option: option.size of them, or those of a string with its end.
//
//   bool    yes, no, true, false, on, off, 1, 0
//   int     a whole number, and fixed any, with the option's unit behind it or none; cm and in are converted where that
//   is mm many    as many numbers, separated by commas; or [0]0-[255]255, points of a curve by their index, with
//   straight
//           lines between them
//   string  of a list: the word itself, its beginning, or the first letters of its words ("ADF"), in any case
//
// Throws ToolError (usage) with name, value and what is allowed.
std::vector<std::byte> parseOptionValue(const SANE_Option_Descriptor &option, std::string_view text);

// Whether the text could be a value of a bool.
bool isBoolWord(std::string_view text) noexcept;

} // namespace netsane
