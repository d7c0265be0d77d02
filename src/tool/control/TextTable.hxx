// Lines of columns for people: as wide as they need, and no wider than there is room. A local object.
//
// Cells are made harmless for a terminal. Widths are counted in characters of UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netsane {

class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
        // What is cut where there is too little room: the longest of these first. Others stay whole.
        bool may_shrink = false;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // A cell for each column.
    void add(std::vector<std::string> cells);
    std::size_t rows() const noexcept { return rows_.size(); }

    // The titles first. Each line is indented by two blanks, without blanks or a line end behind. max_width: of a line;
    // it is kept as far as columns may shrink.
    std::vector<std::string> lines(std::size_t max_width) const;

private:
    std::vector<std::size_t> widths(std::size_t max_width) const;

    const std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Of a text on a terminal: without control characters, and without bytes that are no UTF-8.
std::string shownText(std::string_view text);

// In characters.
std::size_t shownWidth(std::string_view text) noexcept;

// As much as fits, with "…" as the last character where something is missing.
std::string cutTo(std::string_view text, std::size_t width);

} // namespace netsane
