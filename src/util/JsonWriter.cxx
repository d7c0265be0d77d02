#include "util/JsonWriter.hxx"

#include "util/Utf8.hxx"

#include <array>
#include <cstdio>

namespace netsane {

namespace {

void appendUnit(std::string &out, unsigned unit)
{
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", unit & 0xffffU);
    out += escape.data();
}

void appendEscape(std::string &out, char32_t character)
{
    if (character < 0x10000)
        return appendUnit(out, character);
    const char32_t rest = character - 0x10000;
    appendUnit(out, 0xd800 + (rest >> 10));
    appendUnit(out, 0xdc00 + (rest & 0x3ff));
}

} // namespace

void appendJsonString(std::string &out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const auto next = takeUtf8(text);
        const char32_t character = next.value_or(byte);
        if (character == '"' || character == '\\')
            (out += '\\') += static_cast<char>(character);
        else if (character < 0x20 || character >= 0x7f)
            appendEscape(out, character);
        else
            out += static_cast<char>(character);
    }
    out += '"';
}

void JsonWriter::open(char bracket, std::string_view name)
{
    begin(name);
    out_ += bracket;
    ++depth_;
    first_ = true;
}

void JsonWriter::close(char bracket)
{
    --depth_;
    if (!first_)
        newLine();
    out_ += bracket;
    first_ = false;
}

void JsonWriter::text(std::string_view name, std::string_view value)
{
    begin(name);
    appendJsonString(out_, value);
}

void JsonWriter::textIf(std::string_view name, std::string_view value)
{
    if (!value.empty())
        text(name, value);
}

void JsonWriter::flag(std::string_view name, bool value)
{
    begin(name);
    out_ += value ? "true" : "false";
}

void JsonWriter::count(std::string_view name, std::uint64_t value)
{
    begin(name);
    out_ += std::to_string(value);
}

void JsonWriter::number(std::string_view name, double value)
{
    begin(name);
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "%.10g", value);
    out_ += digits.data();
}

void JsonWriter::null(std::string_view name)
{
    begin(name);
    out_ += "null";
}

void JsonWriter::newLine()
{
    if (layout_ == Layout::indented)
        out_.append("\n").append(2 * depth_, ' ');
}

void JsonWriter::begin(std::string_view name)
{
    if (depth_ != 0) {
        out_ += first_ ? "" : ",";
        newLine();
    }
    first_ = false;
    if (name.empty())
        return;
    appendJsonString(out_, name);
    out_ += layout_ == Layout::indented ? ": " : ":";
}

} // namespace netsane
