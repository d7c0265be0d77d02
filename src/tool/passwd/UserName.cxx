#include "tool/passwd/UserName.hxx"

#include <cstdint>

namespace netsane {

namespace {

constexpr char32_t no_character = 0xffffffff;

// Takes the first character off the text; no_character where it isn't UTF-8 (RFC 3629: no surrogates, nothing above
// U+10FFFF, the shortest form).
char32_t takeCharacter(std::string_view &text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    std::size_t length = 1;
    char32_t character = first;
    char32_t least = 0;
    if (first >= 0xf0 && first <= 0xf4)
        length = 4, character = first & 0x07U, least = 0x10000;
    else if (first >= 0xe0 && first < 0xf0)
        length = 3, character = first & 0x0fU, least = 0x800;
    else if (first >= 0xc2 && first < 0xe0)
        length = 2, character = first & 0x1fU, least = 0x80;
    else if (first >= 0x80)
        return no_character;
    if (text.size() < length)
        return no_character;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U)
            return no_character;
        character = (character << 6U) | (byte(i) & 0x3fU);
    }
    text.remove_prefix(length);
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character < least || character > 0x10ffff || surrogate ? no_character : character;
}

// Also what is only made to mislead the eye: line ends of Unicode and marks that turn the direction of writing.
bool isControl(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool isSpace(char32_t c)
{
    return c == ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x3000 || c == 0xfeff;
}

} // namespace

std::string userNameFault(std::string_view name)
{
    if (name.empty())
        return "the name is empty";
    if (name.size() > max_user_name_bytes)
        return "the name is longer than " + std::to_string(max_user_name_bytes) + " bytes";
    if (std::string_view("#@!*-").find(name.front()) != std::string_view::npos)
        return std::string("a name can't begin with \"") + name.front() + "\"";
    if (name == "anonymous")
        return "\"anonymous\" stands for everybody who isn't logged in";
    while (!name.empty()) {
        const char32_t character = takeCharacter(name);
        if (character == no_character)
            return "the name isn't UTF-8";
        if (isControl(character))
            return "there is a control character in the name";
        if (isSpace(character))
            return "there is a space in the name";
        if (character == ':')
            return "there is a colon in the name, which ends it in the file";
    }
    return {};
}

} // namespace netsane
