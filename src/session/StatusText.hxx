// The texts of SANE's status numbers, as sane_strstatus() gives them, for processes that don't link libsane.
#pragma once

#include <cstdint>
#include <string>

namespace netsane {

// "Unknown SANE status code N" for a number that is no status.
std::string statusText(std::uint32_t status);

} // namespace netsane
