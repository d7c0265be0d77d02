#include "tool/image/EightBits.hxx"

#include <cstdint>
#include <cstring>

namespace netsane {

std::span<const std::byte> asEightBits(const PageLayout &layout, std::span<const std::byte> row,
                                       std::vector<std::byte> &space)
{
    if (layout.depth == 8)
        return row;
    const std::size_t samples = std::size_t{layout.width} * layout.channels;
    space.resize(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        if (layout.depth == 1) {
            const bool black = (std::to_integer<unsigned>(row[i / 8]) >> (7 - i % 8) & 1U) != 0;
            space[i] = black ? std::byte{0} : std::byte{0xff};
        } else {
            std::uint16_t sample = 0;
            std::memcpy(&sample, row.data() + 2 * i, sizeof sample);
            space[i] = static_cast<std::byte>(sample >> 8U);
        }
    }
    return space;
}

} // namespace netsane
