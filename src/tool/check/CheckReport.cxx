#include "tool/check/CheckReport.hxx"

#include "tool/control/TextTable.hxx"
#include "util/JsonWriter.hxx"

#include <algorithm>
#include <array>

namespace netsane {

namespace {

constexpr char field_end = '\x1f';
constexpr char record_end = '\x1e';

struct LevelRow {
    std::string_view name;
    std::string_view style;
};
constexpr std::array<LevelRow, 3> levels{{{"ok", "\x1b[32m"}, {"warn", "\x1b[33m"}, {"fail", "\x1b[31m"}}};

const LevelRow &rowOf(CheckLevel level) noexcept
{
    return levels[static_cast<std::size_t>(level)];
}

std::string_view takeUntil(std::string_view &text, char end)
{
    const auto size = std::min(text.find(end), text.size());
    const auto part = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    return part;
}

std::string withoutEnds(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == field_end || c == record_end; }, '?');
    return text;
}

} // namespace

std::string_view checkLevelName(CheckLevel level) noexcept
{
    return rowOf(level).name;
}

CheckLevel worstLevel(const CheckFindings &findings) noexcept
{
    CheckLevel worst = CheckLevel::ok;
    for (const auto &finding : findings)
        worst = std::max(worst, finding.level);
    return worst;
}

std::string checkText(const CheckFindings &findings, bool with_style)
{
    std::string text;
    for (const auto &finding : findings) {
        std::string level(checkLevelName(finding.level));
        level.resize(6, ' ');
        text += with_style ? std::string(rowOf(finding.level).style) + level + "\x1b[0m" : level;
        text += shownText(finding.area + ": " + finding.text) + "\n";
        if (!finding.advice.empty())
            text += "      " + shownText("-> " + finding.advice) + "\n";
    }
    return text;
}

std::string checkJson(const CheckFindings &findings)
{
    JsonWriter json(JsonWriter::Layout::indented);
    json.open('{');
    json.text("result", checkLevelName(worstLevel(findings)));
    json.open('[', "findings");
    for (const auto &finding : findings) {
        json.open('{');
        json.text("level", checkLevelName(finding.level));
        json.text("area", finding.area);
        json.text("text", finding.text);
        json.textIf("advice", finding.advice);
        json.close('}');
    }
    json.close(']');
    json.close('}');
    return json.take();
}

std::string packFindings(const CheckFindings &findings)
{
    std::string text;
    for (const auto &finding : findings)
        text += std::string(checkLevelName(finding.level)) + field_end + withoutEnds(finding.area) + field_end +
                withoutEnds(finding.text) + field_end + withoutEnds(finding.advice) + record_end;
    return text;
}

CheckFindings unpackFindings(std::string_view text)
{
    CheckFindings findings;
    while (!text.empty()) {
        auto record = takeUntil(text, record_end);
        const auto name = takeUntil(record, field_end);
        const auto row =
            std::find_if(levels.begin(), levels.end(), [name](const LevelRow &level) { return level.name == name; });
        if (row == levels.end())
            continue;
        CheckFinding finding;
        finding.level = static_cast<CheckLevel>(row - levels.begin());
        finding.area = takeUntil(record, field_end);
        finding.text = takeUntil(record, field_end);
        finding.advice = takeUntil(record, field_end);
        findings.push_back(std::move(finding));
    }
    return findings;
}

} // namespace netsane
