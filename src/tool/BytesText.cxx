#include "tool/BytesText.hxx"

#include <array>
#include <cstddef>
#include <cstdio>

namespace netsane {

namespace {

constexpr double kilo = 1000;
constexpr double round_up_from = 999.5; // with three digits that is 1000

} // namespace

std::string bytesText(double bytes)
{
    constexpr std::array units = {"bytes", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= (unit == 0 ? kilo : round_up_from) && unit + 1 < units.size()) {
        bytes /= kilo;
        ++unit;
    }
    const int decimals = unit == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f %s", decimals, bytes, units[unit]);
    return text.data();
}

} // namespace netsane
