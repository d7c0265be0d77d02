#include "util/PrintableUtf8.hxx"

#include <array>
#include <cstddef>

namespace netsane {

namespace {

// The length of the character of UTF-8 at the beginning; 0 if there is none, or a control character.
std::size_t characterBytes(std::string_view text) noexcept
{
    const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = at(0);
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned code = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at(i) & 0x3f);
    }
    constexpr std::array<unsigned, 5> smallest{0, 0, 0xa0, 0x800, 0x10000}; // below 0xa0 are control characters
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return first >= 0xc2 && first <= 0xf4 && code >= smallest[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

} // namespace

bool isPrintableUtf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto bytes = characterBytes(text);
        if (bytes == 0)
            return false;
        text.remove_prefix(bytes);
    }
    return true;
}

} // namespace netsane
