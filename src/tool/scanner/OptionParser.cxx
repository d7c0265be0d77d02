#include "tool/scanner/OptionParser.hxx"

#include "tool/ToolError.hxx"
#include "tool/scanner/OptionText.hxx"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

namespace netsane {

namespace {

constexpr double mm_per_cm = 10;
constexpr double mm_per_inch = 25.4;

std::string lowered(std::string_view text)
{
    std::string small(text);
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

[[noreturn]] void refuse(const SANE_Option_Descriptor &option, std::string_view text, const std::string &why)
{
    const std::string unit = unitText(option);
    const std::string name = option.name;
    throw ToolError(ExitCode::usage, (name.size() == 1 ? "-" : "--") + name + " " + std::string(text) + ": " + why +
                                         "; allowed is: " + allowedText(option) +
                                         (unit.empty() ? "" : " (" + unit + ")"));
}

std::optional<bool> boolOf(std::string_view text)
{
    const auto small = lowered(text);
    for (const auto *const yes : {"yes", "true", "on", "1"})
        if (small == yes)
            return true;
    for (const auto *const no : {"no", "false", "off", "0"})
        if (small == no)
            return false;
    return std::nullopt;
}

// How many of the option's unit one of the written one is; nothing for a wrong unit.
std::optional<double> unitFactor(const SANE_Option_Descriptor &option, std::string_view suffix)
{
    if (suffix.empty() || suffix == unitText(option))
        return 1;
    if (option.unit == SANE_UNIT_MM && suffix == "cm")
        return mm_per_cm;
    if (option.unit == SANE_UNIT_MM && suffix == "in")
        return mm_per_inch;
    return std::nullopt;
}

SANE_Word asWord(const SANE_Option_Descriptor &option, std::string_view whole, double number)
{
    const double scaled = option.type == SANE_TYPE_FIXED ? number * (1 << SANE_FIXED_SCALE_SHIFT) : number;
    if (option.type == SANE_TYPE_INT && scaled != std::floor(scaled))
        refuse(option, whole, "that is no whole number");
    if (!(std::abs(scaled) <= std::numeric_limits<SANE_Word>::max()))
        refuse(option, whole, "that is too large");
    return static_cast<SANE_Word>(std::lround(scaled));
}

void checkWord(const SANE_Option_Descriptor &option, std::string_view whole, SANE_Word word)
{
    if (option.constraint_type == SANE_CONSTRAINT_RANGE) {
        const auto &range = *option.constraint.range;
        if (word < range.min || word > range.max)
            refuse(option, whole, "out of range");
    } else if (option.constraint_type == SANE_CONSTRAINT_WORD_LIST) {
        const auto *const words = option.constraint.word_list;
        if (std::find(words + 1, words + 1 + words[0], word) == words + 1 + words[0])
            refuse(option, whole, "not one of the list");
    }
}

// text: one number and perhaps a unit.
SANE_Word parseWord(const SANE_Option_Descriptor &option, std::string_view whole, std::string_view text)
{
    double number = 0;
    const auto skipped = text.starts_with('+') ? 1U : 0U;
    const auto [end, error] =
        std::from_chars(text.data() + skipped, text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number))
        refuse(option, whole, "that is no number");
    const auto factor = unitFactor(option, text.substr(static_cast<std::size_t>(end - text.data())));
    if (!factor)
        refuse(option, whole, "that is no number in the option's unit");
    const auto word = asWord(option, whole, number * *factor);
    checkWord(option, whole, word);
    return word;
}

std::vector<SANE_Word> parseList(const SANE_Option_Descriptor &option, std::string_view text, std::size_t count)
{
    std::vector<SANE_Word> words;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        words.push_back(parseWord(option, text, text.substr(at, end - at)));
        at = end + 1;
    }
    if (words.size() != count)
        refuse(option, text,
               std::to_string(count) + " number" + (count == 1 ? " is" : "s are") + " needed, and " +
                   std::to_string(words.size()) + (words.size() == 1 ? " is" : " are") + " there");
    return words;
}

struct CurvePoint {
    std::size_t index;
    SANE_Word word;
};

// "[0]0" of the text, which is shortened by it.
CurvePoint takePoint(const SANE_Option_Descriptor &option, std::string_view whole, std::string_view &text)
{
    const auto close = text.find(']');
    std::size_t index = 0;
    if (!text.starts_with('[') || close == std::string_view::npos ||
        std::from_chars(text.data() + 1, text.data() + close, index).ptr != text.data() + close)
        refuse(option, whole, "expected points like [0]0-[255]255");
    text.remove_prefix(close + 1);
    const auto end = std::min(text.find("-["), text.size());
    const CurvePoint point{index, parseWord(option, whole, text.substr(0, end))};
    text.remove_prefix(std::min(end + 1, text.size()));
    return point;
}

std::vector<SANE_Word> parseCurve(const SANE_Option_Descriptor &option, std::string_view whole, std::size_t count)
{
    std::vector<SANE_Word> words(count);
    std::optional<CurvePoint> before;
    for (auto text = whole; !text.empty();) {
        const auto point = takePoint(option, whole, text);
        if (point.index >= count || (before ? point.index <= before->index : point.index != 0))
            refuse(option, whole, "the points' indices must rise from 0 to " + std::to_string(count - 1));
        const auto first = before.value_or(point);
        const auto steps = static_cast<double>(std::max<std::size_t>(point.index - first.index, 1));
        for (auto i = first.index; i <= point.index; ++i) {
            const auto part = static_cast<double>(i - first.index) / steps;
            words[i] = static_cast<SANE_Word>(std::lround(first.word + part * (double{1} * point.word - first.word)));
        }
        before = point;
    }
    if (!before || before->index + 1 != count)
        refuse(option, whole, "the last point must be [" + std::to_string(count - 1) + "]");
    return words;
}

std::vector<std::byte> bytesOf(const std::vector<SANE_Word> &words)
{
    std::vector<std::byte> bytes(words.size() * sizeof(SANE_Word));
    std::memcpy(bytes.data(), words.data(), bytes.size());
    return bytes;
}

// "Automatic Document Feeder": "adf"
std::string initials(std::string_view text)
{
    std::string letters;
    bool begins = true;
    for (const char c : text) {
        const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (is_letter && begins)
            letters += c;
        begins = !is_letter;
    }
    return lowered(letters);
}

// The one word of the list for which `fits` says yes; nullptr for none, and throws for several.
template<typename Fits>
const char *onlyWord(const SANE_Option_Descriptor &option, std::string_view text, Fits fits)
{
    const char *found = nullptr;
    for (auto *word = option.constraint.string_list; *word; ++word) {
        if (!fits(*word))
            continue;
        if (found)
            refuse(option, text, "that can be \"" + std::string(found) + "\" or \"" + *word + "\"");
        found = *word;
    }
    return found;
}

std::string chooseWord(const SANE_Option_Descriptor &option, std::string_view text)
{
    const auto small = lowered(text);
    if (const auto *word = onlyWord(option, text, [&](const char *one) { return one == text; }))
        return word;
    if (const auto *word = onlyWord(option, text, [&](const char *one) { return lowered(one) == small; }))
        return word;
    if (small.empty())
        refuse(option, text, "empty");
    if (const auto *word = onlyWord(option, text, [&](const char *one) { return lowered(one).starts_with(small); }))
        return word;
    if (const auto *word = onlyWord(option, text, [&](const char *one) { return initials(one) == small; }))
        return word;
    refuse(option, text, "not one of the list");
}

std::vector<std::byte> parseString(const SANE_Option_Descriptor &option, std::string_view text)
{
    const auto value =
        option.constraint_type == SANE_CONSTRAINT_STRING_LIST ? chooseWord(option, text) : std::string(text);
    if (value.size() >= static_cast<std::size_t>(option.size))
        refuse(option, text, "too long");
    std::vector<std::byte> bytes(static_cast<std::size_t>(option.size));
    std::memcpy(bytes.data(), value.c_str(), value.size() + 1);
    return bytes;
}

} // namespace

bool isBoolWord(std::string_view text) noexcept
{
    return boolOf(text).has_value();
}

std::vector<std::byte> parseOptionValue(const SANE_Option_Descriptor &option, std::string_view text)
{
    if (option.type == SANE_TYPE_STRING)
        return parseString(option, text);
    if (option.type == SANE_TYPE_BOOL) {
        const auto value = boolOf(text);
        if (!value)
            refuse(option, text, "that is neither yes nor no");
        return bytesOf({*value ? SANE_TRUE : SANE_FALSE});
    }
    const auto count = static_cast<std::size_t>(option.size) / sizeof(SANE_Word);
    return bytesOf(text.starts_with('[') && count > 1 ? parseCurve(option, text, count)
                                                      : parseList(option, text, count));
}

} // namespace netsane
