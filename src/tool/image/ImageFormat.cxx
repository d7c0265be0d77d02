#include "tool/image/ImageFormat.hxx"

#include "config.h"
#include "tool/ToolError.hxx"
#include "tool/image/Writers.hxx"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace netsane {

namespace {

constexpr const char *separators = "/";

#ifdef HAVE_PNG
constexpr auto make_png = makePngWriter;
#else
constexpr std::nullptr_t make_png = nullptr;
#endif
#ifdef HAVE_TIFF
constexpr auto make_tiff = makeTiffWriter;
#else
constexpr std::nullptr_t make_tiff = nullptr;
#endif
#ifdef HAVE_JPEG
constexpr auto make_jpeg = makeJpegWriter;
#else
constexpr std::nullptr_t make_jpeg = nullptr;
#endif
#ifdef HAVE_PDF
constexpr auto make_pdf = makePdfWriter;
#else
constexpr std::nullptr_t make_pdf = nullptr;
#endif

constexpr std::array formats = {
    ImageFormat{"png", "png", false, false, make_png},
    ImageFormat{"tiff", "tif tiff", true, false, make_tiff},
    ImageFormat{"jpeg", "jpg jpeg", false, true, make_jpeg},
    ImageFormat{"pdf", "pdf", true, true, make_pdf},
};

std::string lowered(std::string_view text)
{
    std::string small(text);
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

bool hasEnding(const ImageFormat &format, const std::string &ending)
{
    std::istringstream endings(format.endings);
    for (std::string one; endings >> one;)
        if (one == ending)
            return true;
    return false;
}

const ImageFormat *find(std::string_view word)
{
    const auto small = lowered(word);
    for (const auto &format : formats)
        if (small == format.name || hasEnding(format, small))
            return &format;
    return nullptr;
}

const ImageFormat &available(const ImageFormat &format)
{
    if (!format.make)
        throw ToolError(ExitCode::usage, "this netsane was built without " + std::string(format.name) + "; it has " +
                                             imageFormatNames());
    return format;
}

} // namespace

const ImageFormat &imageFormatNamed(std::string_view name)
{
    const auto *const format = find(name);
    if (!format)
        throw ToolError(ExitCode::usage,
                        "--format " + std::string(name) + ": there is no such format; there are " + imageFormatNames());
    return available(*format);
}

const ImageFormat &imageFormatOfFile(std::string_view path)
{
    const auto name = path.substr(path.find_last_of(separators) + 1);
    const auto dot = name.rfind('.');
    const auto *const format = dot == std::string_view::npos ? nullptr : find(name.substr(dot + 1));
    if (!format)
        throw ToolError(ExitCode::usage, std::string(path) + ": its ending names no format; name one by --format: " +
                                             imageFormatNames());
    return available(*format);
}

std::string imageFormatNames()
{
    std::string names;
    for (const auto &format : formats)
        if (format.make)
            names += (names.empty() ? "" : ", ") + std::string(format.name);
    return names;
}

} // namespace netsane
