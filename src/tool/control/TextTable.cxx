#include "tool/control/TextTable.hxx"

#include "util/Utf8.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t gap = 2;
constexpr std::size_t least_width = 6; // of a column that is cut
constexpr std::string_view cut_mark = "\xe2\x80\xa6";

// C0, DEL, C1; marks that turn the direction of a line.
bool isHarmful(char32_t c) noexcept
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

std::string padded(const std::string &text, std::size_t width, TextTable::Align align)
{
    const std::string blanks(width - std::min(width, shownWidth(text)), ' ');
    return align == TextTable::Align::left ? text + blanks : blanks + text;
}

} // namespace

std::string shownText(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const auto before = text;
        const auto character = takeUtf8(text);
        if (character && !isHarmful(*character))
            out += before.substr(0, before.size() - text.size());
        else
            out += '?';
    }
    return out;
}

std::size_t shownWidth(std::string_view text) noexcept
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cutTo(std::string_view text, std::size_t width)
{
    if (shownWidth(text) <= width)
        return std::string(text);
    std::string_view rest = text;
    for (std::size_t i = 1; i < width && !rest.empty(); ++i)
        takeUtf8(rest);
    return std::string(text.substr(0, text.size() - rest.size())) += cut_mark;
}

void TextTable::add(std::vector<std::string> cells)
{
    cells.resize(columns_.size());
    for (auto &cell : cells)
        cell = shownText(cell);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths(std::size_t max_width) const
{
    std::vector<std::size_t> widths;
    std::size_t total = indent;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = shownWidth(columns_[i].title);
        for (const auto &row : rows_)
            width = std::max(width, shownWidth(row[i]));
        widths.push_back(width);
        total += width + (i == 0 ? 0 : gap);
    }
    while (total > max_width) {
        std::size_t widest = columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].may_shrink && widths[i] > least_width &&
                (widest == columns_.size() || widths[i] > widths[widest]))
                widest = i;
        if (widest == columns_.size())
            break;
        --widths[widest];
        --total;
    }
    return widths;
}

std::vector<std::string> TextTable::lines(std::size_t max_width) const
{
    const auto room = widths(max_width);
    std::vector<std::string> lines;
    const auto addLine = [&](auto cell_of) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < columns_.size(); ++i)
            line +=
                (i == 0 ? "" : std::string(gap, ' ')) + padded(cutTo(cell_of(i), room[i]), room[i], columns_[i].align);
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    };
    addLine([this](std::size_t i) { return columns_[i].title; });
    for (const auto &row : rows_)
        addLine([&row](std::size_t i) { return row[i]; });
    return lines;
}

} // namespace netsane
