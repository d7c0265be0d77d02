// Numbers of bytes for people. A function without state.
#pragma once

#include <string>

namespace netsane {

// In units of 1000, three digits: "999 bytes", "1.23 kB", "45.7 MB".
std::string bytesText(double bytes);

} // namespace netsane
