#include "config/ConfigWords.hxx"

#include "os/Secret.hxx"

#include <algorithm>
#include <iterator>

namespace netsane {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";

// Where the word that the text begins with ends; nothing if that is within quotes.
std::optional<std::size_t> wordEnd(std::string_view text) noexcept
{
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (text[end] == '"')
            quoted = !quoted;
        else if (!quoted && blanks.find(text[end]) != std::string_view::npos)
            break;
    }
    return quoted ? std::nullopt : std::optional(end);
}

} // namespace

std::string_view trimBlanks(std::string_view text) noexcept
{
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<ConfigWords> ConfigWords::split(std::string_view line)
{
    ConfigWords result;
    auto text = trimBlanks(line);
    // Nothing may move later on: what is left behind isn't wiped.
    result.words_.reserve(text.size() / 2 + 1);
    for (; !text.empty() && text.front() != '#'; text = trimBlanks(text)) {
        const auto end = wordEnd(text);
        if (!end)
            return std::nullopt;
        auto &word = result.words_.emplace_back();
        word.reserve(*end);
        std::ranges::copy_if(text.substr(0, *end), std::back_inserter(word), [](char c) { return c != '"'; });
        text.remove_prefix(*end);
    }
    return result;
}

ConfigWords::~ConfigWords()
{
    for (auto &word : words_)
        wipeText(word);
}

} // namespace netsane
