#include "backend/ParameterCheck.hxx"

#include <sane/sane.h>

namespace netsane {

namespace {

// More than any scanner sends; below, what frontends multiply stays far from 64 bits.
constexpr std::int64_t max_image_bytes = std::int64_t{1} << 40;

} // namespace

const char *faultOf(const Parameters &parameters) noexcept
{
    constexpr std::uint32_t last_known_format = SANE_FRAME_BLUE;
    if (parameters.format > 0xff || parameters.bytes_per_line < 0 || parameters.pixels_per_line < 0 ||
        parameters.depth < 0 || parameters.depth > 64)
        return "impossible scan parameters";
    if (parameters.lines < -1 || std::int64_t{parameters.bytes_per_line} * parameters.lines > max_image_bytes)
        return "impossible size of an image";
    if (parameters.format > last_known_format) // not made of samples, as JPEG
        return nullptr;
    if (parameters.depth != 1 && parameters.depth != 8 && parameters.depth != 16)
        return "a depth other than 1, 8 and 16";
    const std::int64_t channels = parameters.format == SANE_FRAME_RGB ? 3 : 1;
    const auto needed = (parameters.pixels_per_line * channels * parameters.depth + 7) / 8;
    if (parameters.pixels_per_line < 1 || parameters.bytes_per_line < needed)
        return "lines shorter than their pixels";
    return nullptr;
}

} // namespace netsane
