// Text from a plugin or a peer made harmless for a log or a terminal.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netsane {

enum class LineEnds { Replace, Keep };

/// Copies at most max_bytes with each control character (C0, DEL, and C1 as UTF-8) replaced by '?'.
std::string printable(std::string_view text, size_t max_bytes, LineEnds line_ends = LineEnds::Replace);

/// The same for a C string of unknown length, of which no more than max_bytes are read. nullptr gives "".
std::string printable(const char *text, size_t max_bytes, LineEnds line_ends = LineEnds::Replace);

} // namespace netsane
