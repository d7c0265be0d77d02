#include "util/Utf8.hxx"

#include <cstddef>

namespace netsane {

namespace {

struct Lead {
    std::size_t length;
    char32_t bits;
    char32_t least; // that needs so many bytes
};

// A length of 0: no character begins with this byte.
Lead leadOf(unsigned char byte) noexcept
{
    if (byte < 0x80)
        return {1, byte, 0};
    if (byte >= 0xc2 && byte < 0xe0)
        return {2, byte & 0x1fU, 0x80};
    if (byte >= 0xe0 && byte < 0xf0)
        return {3, byte & 0x0fU, 0x800};
    if (byte >= 0xf0 && byte < 0xf5)
        return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

} // namespace

std::optional<char32_t> takeUtf8(std::string_view &text) noexcept
{
    const Lead lead = leadOf(static_cast<unsigned char>(text.front()));
    char32_t character = lead.bits;
    bool good = lead.length != 0 && lead.length <= text.size();
    for (std::size_t i = 1; good && i < lead.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        good = (byte & 0xc0U) == 0x80;
        character = character << 6 | (byte & 0x3fU);
    }
    good = good && character >= lead.least && character <= 0x10ffff && (character < 0xd800 || character >= 0xe000);
    text.remove_prefix(good ? lead.length : 1);
    return good ? std::optional(character) : std::nullopt;
}

bool isPrintableUtf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto character = takeUtf8(text);
        if (!character || *character < 0x20 || (*character >= 0x7f && *character < 0xa0))
            return false;
    }
    return true;
}

} // namespace netsane
