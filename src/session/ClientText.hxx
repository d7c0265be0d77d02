// Text from a server, made fit for a terminal or a log; and the end of a text that was secret.
#pragma once

#include <string>
#include <string_view>

namespace netsane {

// At most 500 bytes, no UTF-8 character cut; control characters become '?', so that a server can't write escape
// sequences. Bytes that aren't UTF-8 are taken one by one.
std::string printableText(std::string_view text);

// Overwrites a secret's bytes before they are given back.
void wipeText(std::string &text) noexcept;

} // namespace netsane
