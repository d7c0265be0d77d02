#include "trace/FieldWalk.hxx"

#include "util/ByteOrder.hxx"

#include <algorithm>

namespace netsane {

namespace {

// Gamma tables and the like say nothing to who looks for a fault.
constexpr std::size_t max_public_words_bytes = 512;
constexpr std::size_t max_public_text_bytes = 4096;

bool isText(const FieldBytes &value)
{
    const auto nul = std::find(value.bytes.begin(), value.bytes.end(), std::byte{0});
    return nul != value.bytes.end() && nul + 1 == value.bytes.end();
}

// Whether it is as protocol.md §1.2 has it; only then is it what it seems to be.
bool hasForm(const FieldBytes &value, FieldForm form)
{
    if (!value.is_present)
        return false;
    switch (form) {
    case FieldForm::bytes:
        return false;
    case FieldForm::text:
        return isText(value) && value.size <= max_public_text_bytes;
    case FieldForm::token:
        return value.size <= max_handle_bytes;
    case FieldForm::words:
    case FieldForm::fixed_words:
        return value.size % 4 == 0 && value.size <= max_public_words_bytes;
    default:
        return value.size == 4;
    }
}

FieldForm wordForm(std::optional<std::uint32_t> type)
{
    return type == static_cast<std::uint32_t>(ValueType::fixed) ? FieldForm::fixed : FieldForm::signed_number;
}

bool is(std::optional<std::uint32_t> number, ValueType type)
{
    return number == static_cast<std::uint32_t>(type);
}

bool is(std::optional<std::uint32_t> number, ConstraintType type)
{
    return number == static_cast<std::uint32_t>(type);
}

} // namespace

void FieldWalk::add(std::string_view name, FieldForm form, bool is_public)
{
    named_.push_back({name, form, left_.front(), is_public, group_, index_});
    left_ = left_.subspan(1);
}

std::optional<std::uint32_t> FieldWalk::take(std::string_view name, FieldForm form)
{
    if (atEnd())
        return std::nullopt;
    const FieldBytes value = left_.front();
    const bool is_right = hasForm(value, form);
    add(name, is_right ? form : FieldForm::bytes, is_right);
    if (!is_right || value.size != 4)
        return std::nullopt;
    return loadBigEndian32(value.bytes.data());
}

void FieldWalk::takeSecret(std::string_view name)
{
    if (!atEnd())
        add(name, FieldForm::bytes, false);
}

void FieldWalk::takeMethod()
{
    if (const auto method = take("method", FieldForm::number); method && *method > last_site_method)
        named_.back().is_public = false;
}

void FieldWalk::takeSecrets(std::string_view name)
{
    while (!atEnd())
        takeSecret(name);
}

void FieldWalk::takeRest()
{
    leaveGroup();
    takeSecrets("more");
}

std::string_view FieldWalk::lastText() const noexcept
{
    if (named_.empty() || named_.back().form != FieldForm::text || !named_.back().value.is_present)
        return {};
    const auto bytes = named_.back().value.bytes;
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size() - 1};
}

void FieldWalk::takeDescriptor()
{
    take("name", FieldForm::text);
    take("title", FieldForm::text);
    take("description", FieldForm::text);
    const auto type = take("type", FieldForm::value_type);
    take("unit", FieldForm::unit);
    take("size", FieldForm::number);
    take("capabilities", FieldForm::capabilities);
    takeConstraint(take("constraint", FieldForm::constraint), wordForm(type));
}

void FieldWalk::takeConstraint(std::optional<std::uint32_t> constraint, FieldForm word)
{
    if (is(constraint, ConstraintType::range)) {
        take("min", word);
        take("max", word);
        take("quantisation", word);
    } else if (is(constraint, ConstraintType::word_list)) {
        const auto count = take("words", FieldForm::number).value_or(0);
        for (std::uint32_t i = 0; i < count && !atEnd(); ++i)
            take("word", word);
    } else if (is(constraint, ConstraintType::string_list)) {
        while (!atEnd()) {
            take("string", FieldForm::text);
            if (named_.back().form != FieldForm::text || lastText().empty())
                return;
        }
    }
}

void FieldWalk::takeDescriptors()
{
    const auto count = take("options", FieldForm::number).value_or(0);
    for (std::uint32_t i = 0; i < count && !atEnd(); ++i) {
        setGroup("option", i);
        takeDescriptor();
    }
    leaveGroup();
}

// A text is told only where a descriptor has told it before: what a person has typed may be a password for a device.
void FieldWalk::takeValue(std::optional<std::uint32_t> type, const IsListed &is_listed)
{
    if (is(type, ValueType::string)) {
        take("value", FieldForm::text);
        if (!named_.empty() && named_.back().is_public && !is_listed(lastText()))
            named_.back().is_public = false;
    } else if (is(type, ValueType::fixed)) {
        take("value", FieldForm::fixed_words);
    } else if (is(type, ValueType::integer) || is(type, ValueType::boolean)) {
        take("value", FieldForm::words);
    }
}

void FieldWalk::takeParameters()
{
    take("format", FieldForm::frame_format);
    take("last_frame", FieldForm::boolean);
    take("bytes_per_line", FieldForm::signed_number);
    take("pixels_per_line", FieldForm::signed_number);
    take("lines", FieldForm::signed_number);
    take("depth", FieldForm::signed_number);
}

void FieldWalk::takeTold(const IsListed &is_listed)
{
    const auto count = take("values", FieldForm::number).value_or(0);
    for (std::uint32_t i = 0; i < count && !atEnd(); ++i) {
        setGroup("value", i);
        take("option", FieldForm::signed_number);
        takeValue(take("type", FieldForm::value_type), is_listed);
    }
    leaveGroup();
    if (take("parameters", FieldForm::status) == static_cast<std::uint32_t>(Status::good))
        takeParameters();
}

void FieldWalk::takeChanged(const IsListed &is_listed)
{
    const auto count = take("changed", FieldForm::number).value_or(0);
    for (std::uint32_t i = 0; i < count && !atEnd(); ++i) {
        setGroup("option", i);
        take("option", FieldForm::signed_number);
        takeDescriptor();
    }
    leaveGroup();
    takeTold(is_listed);
}

} // namespace netsane
