// The names of the files that a batch makes: "page-%d.png", "page-%03d.png". A plain value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace netsane {

class OutputNames {
public:
    // Throws ToolError (usage) for a pattern with more than one number in it, or another % than %d, %3d, %03d and %%.
    explicit OutputNames(const std::string &pattern);

    // Whether each page has a name of its own.
    bool isNumbered() const noexcept { return number_.has_value(); }

    // number: of the page, from 1 on.
    std::string nameOf(unsigned number) const;

private:
    struct Number {
        std::size_t digits = 0; // at least
        char fill = ' ';
    };

    void readNumber(const std::string &pattern, std::size_t &at);

    std::string before_;
    std::optional<Number> number_;
    std::string behind_;
};

} // namespace netsane
