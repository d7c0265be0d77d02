// What a page is made of, as writers of files get it. A plain value.
//
// Rows come from the top, without padding but for the last byte of a bilevel one. Samples of one pixel stand side by
// side: 1 bit, most significant first, 1 is black, gray only; 8 bits; 16 bits in this machine's byte order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace netsane {

struct PageLayout {
    std::uint32_t width = 0; // pixels
    std::uint32_t height = 0;
    unsigned channels = 1; // 1: gray, 3: red, green, blue
    unsigned depth = 8;    // bits per sample: 1, 8, 16
    double dpi_x = 0;      // 0: unknown
    double dpi_y = 0;

    std::size_t rowBytes() const noexcept { return (std::size_t{width} * channels * depth + 7) / 8; }

    bool operator==(const PageLayout &) const = default;
};

} // namespace netsane
