// Options of a device as text: what they are, what is allowed, their values, and values that people type. Functions
// without state; texts of the device are made printable.
#pragma once

#include <cstddef>
#include <sane/sane.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

// "bool", "int", "fixed", "string", "button", "group"; "unknown" for what SANE doesn't define.
const char *typeText(const SANE_Option_Descriptor &option) noexcept;

// "mm", "dpi", "%", …; "" for none.
const char *unitText(const SANE_Option_Descriptor &option) noexcept;

// A SANE_Fixed with at most four decimals.
std::string fixedText(SANE_Word word);

// "Gray, Color", "1 to 1200 in steps of 1", "yes, no", "any number", "text of at most 31 bytes".
std::string allowedText(const SANE_Option_Descriptor &option);

// The words of a list: numbers or strings; empty where any is allowed or there is a range.
std::vector<std::string> allowedWords(const SANE_Option_Descriptor &option);

// A value as sane_control_option gave it. Many numbers are separated by commas.
std::string valueText(const SANE_Option_Descriptor &option, std::span<const std::byte> value);

// Whether frontends can set it, and whether it counts at present.
bool isSettable(const SANE_Option_Descriptor &option) noexcept;
bool isActive(const SANE_Option_Descriptor &option) noexcept;

} // namespace netsane
