// Text from a server, made fit for a terminal or a log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netsane {

// At most 500 bytes, no UTF-8 character cut; control characters become '?', so that a server can't write escape
// sequences. Bytes that aren't UTF-8 are taken one by one.
std::string printableText(std::string_view text);

// The lines of a text, each made printable. At most 16; empty ones are left out.
std::vector<std::string> printableLines(std::string_view text);

} // namespace netsane
