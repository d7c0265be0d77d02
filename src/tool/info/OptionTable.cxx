#include "tool/info/OptionReport.hxx"

#include <algorithm>
#include <array>
#include <cstddef>

namespace netsane {

namespace {

constexpr std::size_t cells = 5; // of fixed width; what is allowed stands behind them
constexpr std::size_t value_cell = 1;
constexpr std::size_t max_value = 24; // a longer one moves its line
constexpr std::size_t min_last = 32;
constexpr std::size_t below_indent = 8;
constexpr const char *bold = "\033[1m";
constexpr const char *dim = "\033[2m";
constexpr const char *plain = "\033[0m";

using Row = std::array<std::string, cells>;
using Widths = std::array<std::size_t, cells>;

std::string shownValue(const OptionFacts &option)
{
    if (!option.value)
        return "-";
    if (option.count <= 4)
        return *option.value;
    const auto third = option.value->find(',', option.value->find(',', option.value->find(',') + 1) + 1);
    return option.value->substr(0, third) + ",... (" + std::to_string(option.count) + ")";
}

Row cellsOf(const OptionFacts &option)
{
    const char *const state = !option.active ? "inactive" : option.settable ? "" : "read-only";
    return {"  --" + option.name, shownValue(option), option.unit, option.type, state};
}

constexpr std::array headings = {"  OPTION", "VALUE", "UNIT", "TYPE", "STATE"};

Widths widthsOf(const std::vector<OptionGroup> &groups)
{
    Widths widths{};
    const auto widen = [&](const Row &row) {
        for (std::size_t i = 0; i < cells; ++i)
            widths[i] = std::max(widths[i], i == value_cell ? std::min(row[i].size(), max_value) : row[i].size());
    };
    widen({headings[0], headings[1], headings[2], headings[3], headings[4]});
    for (const auto &group : groups)
        for (const auto &option : group.options)
            widen(cellsOf(option));
    return widths;
}

std::string padded(const Row &row, const Widths &widths)
{
    std::string line;
    for (std::size_t i = 0; i < cells; ++i) {
        line += row[i];
        line.append(row[i].size() < widths[i] ? widths[i] - row[i].size() : 0, ' ');
        line += "  ";
    }
    return line;
}

// Breaks behind blanks, at `width`; further lines begin at `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent)
{
    std::string out;
    while (text.size() > width) {
        auto end = text.rfind(' ', width);
        if (end == std::string_view::npos || end == 0)
            end = std::min(text.find(' '), text.size());
        out += text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!text.empty())
            out += "\n" + std::string(indent, ' ');
    }
    return out + std::string(text);
}

std::string withoutEndBlanks(std::string line)
{
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

} // namespace

std::string optionsText(const std::vector<OptionGroup> &groups, TableStyle style)
{
    const auto widths = widthsOf(groups);
    const auto indent = padded({}, widths).size();
    // On a narrow terminal what is allowed stands below, else behind the cells.
    const bool below = style.columns != 0 && style.columns < indent + min_last;
    const auto begin = below ? below_indent : indent;
    const auto last = style.columns > begin + 1 ? style.columns - begin - 1 : std::string::npos;
    const auto in = [&](const char *code, const std::string &text) {
        return style.colours ? code + text + plain : text;
    };
    std::string out =
        in(bold, withoutEndBlanks(padded({headings[0], headings[1], headings[2], headings[3], headings[4]}, widths) +
                                  (below ? "" : "ALLOWED"))) +
        "\n";
    for (const auto &group : groups) {
        out += "\n" + (group.title.empty() ? "" : in(bold, group.title) + "\n");
        for (const auto &option : group.options) {
            const auto cell_line = padded(cellsOf(option), widths);
            const auto allowed = wrapped(option.allowed, last, begin);
            const auto line = below && !allowed.empty()
                                  ? withoutEndBlanks(cell_line) + "\n" + std::string(begin, ' ') + allowed
                                  : withoutEndBlanks(cell_line + allowed);
            out += (option.active ? line : in(dim, line)) + "\n";
        }
    }
    return out;
}

} // namespace netsane
