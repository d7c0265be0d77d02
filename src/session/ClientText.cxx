#include "session/ClientText.hxx"

#include <algorithm>
#include <cstddef>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 500;
constexpr std::size_t max_lines = 16;

unsigned byteAt(std::string_view text, std::size_t index) noexcept
{
    return static_cast<unsigned char>(text[index]);
}

// How many bytes a UTF-8 character (RFC 3629) takes that begins with this byte; 0: none does.
std::size_t announcedBytes(unsigned first) noexcept
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

// The size of the valid UTF-8 character that the text begins with, or 0.
std::size_t characterBytes(std::string_view text) noexcept
{
    const auto first = byteAt(text, 0);
    const auto count = announcedBytes(first);
    if (count > text.size())
        return 0;
    for (std::size_t i = 1; i < count; ++i)
        if ((byteAt(text, i) & 0xc0) != 0x80)
            return 0;
    // Overlong forms, surrogates, and what is above U+10FFFF.
    if (count > 2) {
        const auto second = byteAt(text, 1);
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
            (first == 0xf4 && second > 0x8f))
            return 0;
    }
    return count;
}

// The C1 controls too, as bytes and as U+0080 to U+009F: terminals obey either form.
bool isControl(std::string_view character) noexcept
{
    const auto first = byteAt(character, 0);
    if (character.size() == 1)
        return first < 0x20 || (first >= 0x7f && first < 0xa0);
    return first == 0xc2 && byteAt(character, 1) < 0xa0;
}

} // namespace

std::string printableText(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const auto count = std::max<std::size_t>(characterBytes(text), 1);
        if (result.size() + count > max_text_bytes)
            break;
        const auto character = text.substr(0, count);
        result += isControl(character) ? "?" : character;
        text.remove_prefix(count);
    }
    return result;
}

std::vector<std::string> printableLines(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty() && lines.size() < max_lines) {
        const auto end = std::min(text.find('\n'), text.size());
        // A line may end with CR LF.
        auto line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (!line.empty())
            lines.push_back(printableText(line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

} // namespace netsane
