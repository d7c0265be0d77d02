// The words of one line of netsane.conf or of a file of credentials. A plain value; the words are wiped at the end, as
// passwords are among them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class ConfigWords {
public:
    // The words before a comment ('#' at the beginning of a word), with the quotes in them taken off: user="jo smith"
    // is one word. Nothing if a quote has no partner.
    static std::optional<ConfigWords> split(std::string_view line);

    ~ConfigWords();
    ConfigWords(ConfigWords &&other) noexcept = default;
    ConfigWords(const ConfigWords &) = delete;
    ConfigWords &operator=(const ConfigWords &) = delete;

    bool empty() const noexcept { return words_.empty(); }
    std::size_t size() const noexcept { return words_.size(); }
    const std::string &operator[](std::size_t index) const noexcept { return words_[index]; }

private:
    ConfigWords() = default;

    std::vector<std::string> words_;
};

// Without the blanks at both ends; a line end counts as a blank.
std::string_view trimBlanks(std::string_view text) noexcept;

// Calls what(line, number) for each line of a file, numbers from 1.
template<typename What>
void forEachLine(std::string_view text, What what)
{
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        what(text.substr(0, end), number);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

} // namespace netsane
