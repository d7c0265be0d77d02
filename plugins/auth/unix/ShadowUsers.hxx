// The users in a text of the form of the system's shadow file, shadow(5): lines of nine fields. Other programs write
// it, so a line that makes no sense concerns its own user alone: that one can't log in.

#pragma once

#include "common/UserTable.hxx"

#include <cstdint>
#include <string_view>

namespace netsane {

/// A view of the text. Where a name stands twice the first line counts, as for getspnam(3). Lines with two to eight
/// fields are read as if the others were empty.
/// @param today days since 1970-01-01, to judge the dates by
UserTable readShadowUsers(std::string_view text, int64_t today);

} // namespace netsane
