// The rows of SANE's frames, and what becomes of them in a page. Functions without state, and a cutter of rows.
//
// SANE's samples: gray of one bit is 1 for black; colours of one bit are 1 for full, eight pixels of a colour in a
// byte, red, green and blue in turn; 16 bits are in this machine's byte order.
#pragma once

#include "tool/image/PageLayout.hxx"

#include <algorithm>
#include <array>
#include <limits>
#include <sane/sane.h>
#include <span>
#include <vector>

namespace netsane {

constexpr std::uint32_t max_page_rows = std::numeric_limits<std::int32_t>::max();

// nullptr, or what is wrong with it.
const char *faultOfFrame(const SANE_Parameters &frame) noexcept;

// Of a sound frame. A height that isn't known is 0; colours of one bit become 8 bits.
PageLayout layoutOf(const SANE_Parameters &frame) noexcept;

// How many of bytes_per_line are pixels, from the first on.
std::size_t frameRowBytes(const SANE_Parameters &frame) noexcept;

// A row of a gray or RGB frame as the page's; in `space` where it can't stay as it is.
std::span<const std::byte> pageRow(const SANE_Parameters &frame, std::span<const std::byte> row,
                                   std::vector<std::byte> &space);

// Rows of red, green and blue frames as one of the page, in `space`.
std::span<const std::byte> joinPlanes(const SANE_Parameters &frame, const std::array<std::vector<std::byte>, 3> &planes,
                                      std::vector<std::byte> &space);

// Cuts what comes in blocks of any size into rows.
class RowCutter {
public:
    // line_bytes: of a row with what fills it up; row_bytes of them count.
    RowCutter(std::size_t line_bytes, std::size_t row_bytes) : line_bytes_(line_bytes), row_bytes_(row_bytes) {}

    // Calls sink(row) for each row that is whole.
    template<typename Sink>
    void feed(std::span<const std::byte> bytes, Sink sink)
    {
        while (!bytes.empty()) {
            if (part_.empty() && bytes.size() >= line_bytes_) {
                emit(bytes.first(line_bytes_), sink);
                bytes = bytes.subspan(line_bytes_);
                continue;
            }
            const auto count = std::min(bytes.size(), line_bytes_ - part_.size());
            part_.insert(part_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
            bytes = bytes.subspan(count);
            if (part_.size() == line_bytes_) {
                emit(part_, sink);
                part_.clear();
            }
        }
    }

    std::uint32_t rows() const noexcept { return rows_; } // the one that is with sink() among them
    bool hasPart() const noexcept { return !part_.empty(); }

private:
    template<typename Sink>
    void emit(std::span<const std::byte> line, Sink &sink)
    {
        ++rows_;
        sink(line.first(row_bytes_));
    }

    const std::size_t line_bytes_;
    const std::size_t row_bytes_;
    std::vector<std::byte> part_;
    std::uint32_t rows_ = 0;
};

} // namespace netsane
