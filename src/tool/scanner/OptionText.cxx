#include "tool/scanner/OptionText.hxx"

#include "util/Printable.hxx"

#include <array>
#include <cstdio>
#include <cstring>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 1000;

std::string text(SANE_String_Const string)
{
    return printable(string, max_text_bytes);
}

std::string wordText(const SANE_Option_Descriptor &option, SANE_Word word)
{
    if (option.type == SANE_TYPE_BOOL)
        return word == SANE_FALSE ? "no" : "yes";
    return option.type == SANE_TYPE_FIXED ? fixedText(word) : std::to_string(word);
}

std::string rangeText(const SANE_Option_Descriptor &option)
{
    const auto &range = *option.constraint.range;
    auto out = wordText(option, range.min) + " to " + wordText(option, range.max);
    if (range.quant != 0)
        out += " in steps of " + wordText(option, range.quant);
    return out;
}

std::string joined(const std::vector<std::string> &words)
{
    std::string out;
    for (const auto &word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

} // namespace

const char *typeText(const SANE_Option_Descriptor &option) noexcept
{
    constexpr std::array names = {"bool", "int", "fixed", "string", "button", "group"};
    const auto type = static_cast<std::size_t>(option.type);
    return type < names.size() ? names[type] : "unknown";
}

const char *unitText(const SANE_Option_Descriptor &option) noexcept
{
    constexpr std::array names = {"", "pixels", "bits", "mm", "dpi", "%", "us"};
    const auto unit = static_cast<std::size_t>(option.unit);
    return unit < names.size() ? names[unit] : "";
}

std::string fixedText(SANE_Word word)
{
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.4f", SANE_UNFIX(word));
    std::string out = digits.data();
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.')
        out.pop_back();
    return out == "-0" ? "0" : out;
}

std::vector<std::string> allowedWords(const SANE_Option_Descriptor &option)
{
    std::vector<std::string> words;
    if (option.type == SANE_TYPE_BOOL)
        return {"yes", "no"};
    if (option.constraint_type == SANE_CONSTRAINT_STRING_LIST)
        for (auto *word = option.constraint.string_list; *word; ++word)
            words.push_back(text(*word));
    if (option.constraint_type == SANE_CONSTRAINT_WORD_LIST)
        for (SANE_Int i = 1; i <= option.constraint.word_list[0]; ++i)
            words.push_back(wordText(option, option.constraint.word_list[i]));
    return words;
}

std::string allowedText(const SANE_Option_Descriptor &option)
{
    if (option.constraint_type == SANE_CONSTRAINT_RANGE)
        return rangeText(option);
    if (const auto words = allowedWords(option); !words.empty())
        return joined(words);
    switch (option.type) {
    case SANE_TYPE_INT:
        return "any whole number";
    case SANE_TYPE_FIXED:
        return "any number";
    case SANE_TYPE_STRING:
        return "text of at most " + std::to_string(option.size - 1) + " bytes";
    default:
        return "";
    }
}

std::string valueText(const SANE_Option_Descriptor &option, std::span<const std::byte> value)
{
    if (option.type == SANE_TYPE_STRING) {
        const auto *const begin = reinterpret_cast<const char *>(value.data());
        return printable(std::string_view(begin, ::strnlen(begin, value.size())), max_text_bytes);
    }
    std::string out;
    for (std::size_t at = 0; at + sizeof(SANE_Word) <= value.size(); at += sizeof(SANE_Word)) {
        SANE_Word word = 0;
        std::memcpy(&word, value.data() + at, sizeof word);
        out += (at == 0 ? "" : ",") + wordText(option, word);
    }
    return out;
}

bool isSettable(const SANE_Option_Descriptor &option) noexcept
{
    return SANE_OPTION_IS_SETTABLE(static_cast<unsigned>(option.cap)) != 0;
}

bool isActive(const SANE_Option_Descriptor &option) noexcept
{
    return SANE_OPTION_IS_ACTIVE(static_cast<unsigned>(option.cap)) != 0;
}

} // namespace netsane
