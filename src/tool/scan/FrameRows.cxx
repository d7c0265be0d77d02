#include "tool/scan/FrameRows.hxx"

#include <algorithm>
#include <cstring>

namespace netsane {

namespace {

constexpr std::size_t colours = 3;

std::byte sampleOf(std::span<const std::byte> bits, std::size_t pixel, std::size_t stride, std::size_t offset)
{
    const auto byte = std::to_integer<unsigned>(bits[pixel / 8 * stride + offset]);
    return (byte >> (7 - pixel % 8) & 1U) != 0 ? std::byte{0xff} : std::byte{0};
}

} // namespace

const char *faultOfFrame(const SANE_Parameters &frame) noexcept
{
    // Foreign code fills that in: any number, read as a number.
    int format = 0;
    static_assert(sizeof format == sizeof frame.format);
    std::memcpy(&format, &frame.format, sizeof format);
    if (format < SANE_FRAME_GRAY || format > SANE_FRAME_BLUE)
        return "the device sends a kind of picture that netsane doesn't know";
    if (frame.depth != 1 && frame.depth != 8 && frame.depth != 16)
        return "the device sends samples of other than 1, 8 or 16 bits";
    if (frame.pixels_per_line < 1 || frame.lines == 0 || frame.lines < -1)
        return "the area to scan is empty";
    if (frame.bytes_per_line < 1 || static_cast<std::size_t>(frame.bytes_per_line) < frameRowBytes(frame))
        return "the device announces lines that are shorter than their pixels";
    return nullptr;
}

PageLayout layoutOf(const SANE_Parameters &frame) noexcept
{
    PageLayout layout;
    layout.width = static_cast<std::uint32_t>(frame.pixels_per_line);
    layout.height = static_cast<std::uint32_t>(std::max(frame.lines, 0));
    layout.channels = frame.format == SANE_FRAME_GRAY ? 1 : colours;
    layout.depth = frame.depth == 1 && layout.channels == colours ? 8 : static_cast<unsigned>(frame.depth);
    return layout;
}

std::size_t frameRowBytes(const SANE_Parameters &frame) noexcept
{
    const auto width = static_cast<std::size_t>(frame.pixels_per_line);
    const std::size_t channels = frame.format == SANE_FRAME_RGB ? colours : 1;
    return frame.depth == 1 ? channels * ((width + 7) / 8)
                            : channels * width * static_cast<std::size_t>(frame.depth / 8);
}

std::span<const std::byte> pageRow(const SANE_Parameters &frame, std::span<const std::byte> row,
                                   std::vector<std::byte> &space)
{
    if (frame.depth != 1 || frame.format != SANE_FRAME_RGB)
        return row;
    const auto width = static_cast<std::size_t>(frame.pixels_per_line);
    space.resize(colours * width);
    for (std::size_t i = 0; i < space.size(); ++i)
        space[i] = sampleOf(row, i / colours, colours, i % colours);
    return space;
}

std::span<const std::byte> joinPlanes(const SANE_Parameters &frame, const std::array<std::vector<std::byte>, 3> &planes,
                                      std::vector<std::byte> &space)
{
    const auto width = static_cast<std::size_t>(frame.pixels_per_line);
    const std::size_t sample_bytes = frame.depth == 16 ? 2 : 1;
    space.resize(colours * width * sample_bytes);
    for (std::size_t pixel = 0; pixel < width; ++pixel) {
        for (std::size_t colour = 0; colour < colours; ++colour) {
            const std::size_t to = (pixel * colours + colour) * sample_bytes;
            if (frame.depth == 1)
                space[to] = sampleOf(planes[colour], pixel, 1, 0);
            else
                std::copy_n(planes[colour].data() + pixel * sample_bytes, sample_bytes, space.data() + to);
        }
    }
    return space;
}

} // namespace netsane
