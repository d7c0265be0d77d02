#include "config/ConfigWords.hxx"

#include "os/Secret.hxx"

namespace netsane {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";

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
        auto &word = result.words_.emplace_back();
        word.reserve(text.size());
        bool quoted = false;
        std::size_t i = 0;
        for (; i < text.size(); ++i) {
            if (text[i] == '"')
                quoted = !quoted;
            else if (!quoted && blanks.find(text[i]) != std::string_view::npos)
                break;
            else
                word += text[i];
        }
        if (quoted)
            return std::nullopt;
        text.remove_prefix(i);
    }
    return result;
}

ConfigWords::~ConfigWords()
{
    for (auto &word : words_)
        wipeText(word);
}

} // namespace netsane
