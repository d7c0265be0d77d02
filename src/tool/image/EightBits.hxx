// Rows of any depth as samples of 8 bits. Functions without state.
#pragma once

#include "tool/image/PageLayout.hxx"

#include <cstddef>
#include <span>
#include <vector>

namespace netsane {

// The row as it is where it has 8 bits, else made so in `space`. Of 16 bits the upper 8 count.
std::span<const std::byte> asEightBits(const PageLayout &layout, std::span<const std::byte> row,
                                       std::vector<std::byte> &space);

} // namespace netsane
