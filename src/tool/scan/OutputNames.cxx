#include "tool/scan/OutputNames.hxx"

#include "tool/ToolError.hxx"

#include <cstddef>

namespace netsane {

namespace {

constexpr std::size_t max_digits = 9;

} // namespace

OutputNames::OutputNames(const std::string &pattern)
{
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        auto &part = number_ ? behind_ : before_;
        if (pattern[at] != '%')
            part += pattern[at];
        else if (pattern.compare(at, 2, "%%") == 0)
            part += pattern[++at];
        else
            readNumber(pattern, at);
    }
}

void OutputNames::readNumber(const std::string &pattern, std::size_t &at)
{
    Number number;
    if (at + 1 < pattern.size() && pattern[at + 1] == '0') {
        number.fill = '0';
        ++at;
    }
    if (at + 1 < pattern.size() && pattern[at + 1] >= '1' && pattern[at + 1] <= '0' + static_cast<int>(max_digits)) {
        number.digits = static_cast<std::size_t>(pattern[at + 1] - '0');
        ++at;
    }
    if (number_ || at + 1 >= pattern.size() || pattern[at + 1] != 'd')
        throw ToolError(ExitCode::usage, pattern + ": a name for a batch has one number, %d or %03d, and %% for a %");
    ++at;
    number_ = number;
}

std::string OutputNames::nameOf(unsigned number) const
{
    if (!number_)
        return before_;
    auto digits = std::to_string(number);
    if (digits.size() < number_->digits)
        digits.insert(0, number_->digits - digits.size(), number_->fill);
    return before_ + digits + behind_;
}

} // namespace netsane
