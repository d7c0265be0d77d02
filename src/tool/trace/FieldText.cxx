#include "tool/trace/FieldText.hxx"

#include "protocol/Numbers.hxx"
#include "util/ByteOrder.hxx"
#include "util/Printable.hxx"

#include <array>
#include <cstdio>
#include <span>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 160; // of one value, for people
constexpr std::size_t max_shown_words = 16;

using Names = std::span<const std::string_view>;

constexpr std::string_view status_names[] = {"GOOD",       "UNSUPPORTED", "CANCELLED", "DEVICE_BUSY",
                                             "INVAL",      "EOF",         "JAMMED",    "NO_DOCS",
                                             "COVER_OPEN", "IO_ERROR",    "NO_MEM",    "ACCESS_DENIED"};
constexpr std::string_view type_names[] = {"BOOL", "INT", "FIXED", "STRING", "BUTTON", "GROUP"};
constexpr std::string_view unit_names[] = {"none", "pixel", "bit", "mm", "dpi", "percent", "microsecond"};
constexpr std::string_view constraint_names[] = {"none", "range", "word-list", "string-list"};
constexpr std::string_view action_names[] = {"get", "set", "set-auto"};
constexpr std::string_view format_names[] = {"gray", "RGB", "red", "green", "blue"};
constexpr std::string_view info_names[] = {"inexact", "reload-options", "reload-parameters"};
constexpr std::string_view capability_names[] = {"soft-select", "hard-select", "soft-detect", "emulated",
                                                 "automatic",   "inactive",    "advanced"};

constexpr std::pair<Command, std::string_view> command_names[] = {{Command::hello, "HELO"},
                                                                  {Command::user, "USER"},
                                                                  {Command::pass_request, "PASS_REQ"},
                                                                  {Command::pass_reply, "PASS_RPLY"},
                                                                  {Command::fail, "FAIL"},
                                                                  {Command::crypt_request, "CRPT_REQ"},
                                                                  {Command::crypt_reply, "CRPT_RPLY"},
                                                                  {Command::quit, "QUIT"},
                                                                  {Command::welcome, "WELC"},
                                                                  {Command::init, "INIT"},
                                                                  {Command::exit, "EXIT"},
                                                                  {Command::status_text, "STRS"},
                                                                  {Command::get_devices, "GDEV"},
                                                                  {Command::open, "OPEN"},
                                                                  {Command::close, "CLOS"},
                                                                  {Command::get_option, "GOPT"},
                                                                  {Command::control_option, "COPT"},
                                                                  {Command::get_parameters, "PARM"},
                                                                  {Command::start, "STAR"},
                                                                  {Command::read, "READ"},
                                                                  {Command::abort, "ABRT"},
                                                                  {Command::set_io_mode, "IOMO"},
                                                                  {Command::get_select_fd, "GSFD"}};

std::string named(Names names, std::uint32_t number)
{
    return number < names.size() ? std::string(names[number]) : std::to_string(number);
}

// "inexact+reload-options"; bits without a name as a number.
std::string flags(Names names, std::uint32_t bits)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        if ((bits & (1U << i)) != 0)
            text += (text.empty() ? "" : "+") + std::string(names[i]);
    if (const auto rest = bits >> names.size() << names.size(); rest != 0)
        text += (text.empty() ? "" : "+") + std::to_string(rest);
    return text.empty() ? "0" : text;
}

// FIXED has 16 bits behind the point.
std::string fixedText(std::uint32_t word)
{
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.6g", static_cast<std::int32_t>(word) / 65536.0);
    return text.data();
}

std::string numberText(FieldForm form, std::uint32_t number)
{
    switch (form) {
    case FieldForm::fixed:
        return fixedText(number);
    case FieldForm::signed_number:
    case FieldForm::word:
        return std::to_string(static_cast<std::int32_t>(number));
    default:
        return std::to_string(number);
    }
}

bool isWord(FieldForm form)
{
    return form == FieldForm::number || form == FieldForm::signed_number || form == FieldForm::word ||
           form == FieldForm::fixed;
}

// A word for a number that has one, "" for what has none.
std::string wordFor(FieldForm form, std::uint32_t number)
{
    switch (form) {
    case FieldForm::boolean:
        return number > 1 ? std::to_string(number) : number == 1 ? "yes" : "no";
    case FieldForm::status:
        return named(status_names, number);
    case FieldForm::command:
        return commandText(number);
    case FieldForm::value_type:
        return named(type_names, number);
    case FieldForm::unit:
        return named(unit_names, number);
    case FieldForm::constraint:
        return named(constraint_names, number);
    case FieldForm::action:
        return named(action_names, number);
    case FieldForm::frame_format:
        return named(format_names, number);
    case FieldForm::info:
        return flags(info_names, number);
    case FieldForm::capabilities:
        return flags(capability_names, number);
    default:
        return {};
    }
}

std::string_view textOf(const NamedField &field)
{
    return {reinterpret_cast<const char *>(field.value.bytes.data()), field.value.bytes.size() - 1};
}

std::string hexText(std::span<const std::byte> bytes)
{
    std::string text;
    for (const auto byte : bytes) {
        std::array<char, 4> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", std::to_integer<unsigned>(byte));
        text += digits.data();
    }
    return text;
}

std::string wordsText(const NamedField &field, const char *separator, std::size_t max_words)
{
    const FieldForm form = field.form == FieldForm::fixed_words ? FieldForm::fixed : FieldForm::signed_number;
    std::string text;
    const std::size_t count = field.value.bytes.size() / 4;
    for (std::size_t i = 0; i < count && i < max_words; ++i)
        text += (i == 0 ? "" : separator) + numberText(form, loadBigEndian32(field.value.bytes.data() + 4 * i));
    if (count > max_words)
        text += " and " + std::to_string(count - max_words) + " more";
    return text;
}

// Whether the bytes are what the form says; only then FieldWalk has left it that form.
bool isShown(const NamedField &field)
{
    return field.value.is_present && field.form != FieldForm::bytes;
}

} // namespace

std::string commandText(std::uint32_t command)
{
    for (const auto &[number, name] : command_names)
        if (static_cast<std::uint32_t>(number) == command)
            return std::string(name);
    return "command " + std::to_string(command);
}

std::string fieldName(const NamedField &field)
{
    if (field.group.empty())
        return std::string(field.name);
    return std::string(field.group) + "[" + std::to_string(field.index) + "]." + std::string(field.name);
}

std::string fieldText(const NamedField &field)
{
    if (!isShown(field))
        return "<" + std::to_string(field.value.size) + " bytes>";
    switch (field.form) {
    case FieldForm::text: {
        const auto text = textOf(field);
        return "\"" + printable(text, max_text_bytes) + (text.size() > max_text_bytes ? "...\"" : "\"");
    }
    case FieldForm::token:
        return hexText(field.value.bytes);
    case FieldForm::words:
    case FieldForm::fixed_words:
        return "{" + wordsText(field, " ", max_shown_words) + "}";
    default: {
        const auto number = loadBigEndian32(field.value.bytes.data());
        return isWord(field.form) ? numberText(field.form, number) : wordFor(field.form, number);
    }
    }
}

std::string fieldJson(const NamedField &field)
{
    switch (field.form) {
    case FieldForm::text:
        return jsonString(textOf(field));
    case FieldForm::token:
    case FieldForm::bytes:
        return jsonString(hexText(field.value.bytes));
    case FieldForm::words:
    case FieldForm::fixed_words:
        return "[" + wordsText(field, ",", field.value.bytes.size()) + "]";
    default: {
        const auto number = loadBigEndian32(field.value.bytes.data());
        if (field.form == FieldForm::boolean && number <= 1)
            return number == 1 ? "true" : "false";
        return isWord(field.form) ? numberText(field.form, number) : jsonString(wordFor(field.form, number));
    }
    }
}

std::string jsonString(std::string_view text)
{
    std::string out = "\"";
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c < 0x20 || c >= 0x7f) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escape.data();
        } else {
            out += static_cast<char>(c);
        }
    }
    return out + '"';
}

} // namespace netsane
