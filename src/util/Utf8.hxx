// UTF-8 in text that may be anything. Stateless functions. Source: RFC 3629.
#pragma once

#include <optional>
#include <string_view>

namespace netsane {

// Takes the first character off a text that isn't empty. Nothing where it doesn't begin with one (cut short, longer
// than needed, half of a pair, above 10FFFF): then one byte is taken off.
std::optional<char32_t> takeUtf8(std::string_view &text) noexcept;

// Whether all of it is UTF-8 without control characters (C0, DEL, C1). An empty text is.
bool isPrintableUtf8(std::string_view text) noexcept;

} // namespace netsane
