// Text that has to be UTF-8.
#pragma once

#include <string_view>

namespace netsane {

// Whether all of it is UTF-8 (RFC 3629), without control characters (C0, DEL, C1). An empty text is.
bool isPrintableUtf8(std::string_view text) noexcept;

} // namespace netsane
