#include "daemon/AuditLine.hxx"

#include "daemon/Log.hxx"

#include <algorithm>
#include <cstddef>

namespace netsane {

namespace {

// The log cuts long lines: four values of this size, with each byte as \xNN, still leave room for the rest.
constexpr std::size_t max_value_bytes = 240;
constexpr std::string_view cut_mark = "...";

bool isWordCharacter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@%+-_./:[]*,").find(c) != std::string_view::npos;
}

void appendQuoted(std::string &out, std::string_view value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : value.substr(0, max_value_bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte > 0x7e) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    if (value.size() > max_value_bytes)
        out += cut_mark;
    out += '"';
}

} // namespace

AuditLine::AuditLine(std::string_view event, std::string_view result) : text_("audit: ")
{
    text_ += event;
    with("result", result);
}

AuditLine &AuditLine::with(std::string_view key, std::string_view value)
{
    if (value.empty())
        return *this;
    text_ += ' ';
    text_ += key;
    text_ += '=';
    if (value.size() <= max_value_bytes && std::all_of(value.begin(), value.end(), isWordCharacter))
        text_ += value;
    else
        appendQuoted(text_, value);
    return *this;
}

AuditLine &AuditLine::with(std::string_view key, std::uint64_t value)
{
    return with(key, std::to_string(value));
}

void AuditLine::write() const noexcept
{
    logInfo(text_);
}

} // namespace netsane
