// Puts a PDF document together out of pages that are encoded already.
//
// A function, on libqpdf. Its headers don't compile as C++20 with clang 14, so this one and what is behind it is C++17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <vector>

namespace netsane {

struct PdfPage {
    std::uint32_t width = 0; // pixels
    std::uint32_t height = 0;
    unsigned channels = 1; // 1, 3
    unsigned depth = 8;    // 1: 1 is black; 8
    double dpi_x = 0;      // 0: unknown, a point a pixel
    double dpi_y = 0;
    bool jpeg = false; // else deflated
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

// Fills `space` with `count` bytes from `offset`, or throws.
using PdfSource = std::function<void(std::uint64_t offset, unsigned char *space, std::size_t count)>;

// Throws std::exception.
void writePdf(std::FILE *stream, const std::vector<PdfPage> &pages, const PdfSource &source);

} // namespace netsane
