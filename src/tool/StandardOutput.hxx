// What commands print as their result. A function.
#pragma once

#include <string>

namespace netsane {

// Throws ToolError where it can't be written.
void writeStandardOutput(const std::string &text);

} // namespace netsane
