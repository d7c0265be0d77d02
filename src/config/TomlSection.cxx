#include "config/TomlSection.hxx"

#include "config/ConfigError.hxx"
#include "util/Printable.hxx"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

// A key or value may be repeated in it.
constexpr std::size_t max_report_bytes = 8192;
constexpr std::size_t max_string_bytes = 4096;

const char *typeName(const toml::node &node)
{
    switch (node.type()) {
    case toml::node_type::table:
        return "a section";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a number with a point";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

std::string wrongType(const std::string &expected, const toml::node &node)
{
    return "must be " + expected + ", not " + typeName(node);
}

void checkCharacters(const std::string &value)
{
    if (value.size() > max_string_bytes)
        throw std::invalid_argument("longer than " + std::to_string(max_string_bytes) + " bytes");
    if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        throw std::invalid_argument("there is a control character in it");
}

} // namespace

TomlSection::TomlSection(const toml::table &table, std::string name, std::string file)
    : table_(table), name_(std::move(name)), file_(std::move(file))
{
}

void TomlSection::failAt(const toml::source_region &source, std::string_view key, const std::string &what) const
{
    const std::string full_key = name_.empty() ? std::string(key) : name_ + "." + std::string(key);
    throw ConfigError(file_ + ":" + std::to_string(source.begin.line) + ": " +
                      printable(full_key + ": " + what, max_report_bytes));
}

void TomlSection::fail(std::string_view key, const std::string &what) const
{
    const auto *const node = table_.get(key);
    failAt(node ? node->source() : table_.source(), key, what);
}

const toml::node *TomlSection::take(std::string_view key)
{
    taken_.emplace(key);
    return table_.get(key);
}

std::string TomlSection::string(std::string_view key, const toml::node &node, const StringCheck &check) const
{
    const auto *const found = node.as_string();
    if (!found)
        failAt(node.source(), key, wrongType("a string", node));
    const std::string &value = found->get();
    try {
        checkCharacters(value);
        if (value.empty())
            throw std::invalid_argument("must not be empty");
        if (check)
            check(value);
    } catch (const std::invalid_argument &error) {
        failAt(node.source(), key, error.what());
    }
    return value;
}

void TomlSection::readString(std::string_view key, std::string &value, const StringCheck &check)
{
    if (const auto *const node = take(key))
        value = string(key, *node, check);
}

void TomlSection::readStringOrEmpty(std::string_view key, std::optional<std::string> &value, const StringCheck &check)
{
    const auto *const node = take(key);
    const auto *const text = node ? node->as_string() : nullptr;
    if (node)
        value = text && text->get().empty() ? std::string() : string(key, *node, check);
}

void TomlSection::readBool(std::string_view key, bool &value)
{
    const auto *const node = take(key);
    if (!node)
        return;
    const auto *const found = node->as_boolean();
    if (!found)
        fail(key, wrongType("true or false", *node));
    value = found->get();
}

std::int64_t TomlSection::integer(std::string_view key, std::int64_t value, std::int64_t min, std::int64_t max)
{
    const auto *const node = take(key);
    if (!node)
        return value;
    const auto *const found = node->as_integer();
    if (!found)
        fail(key, wrongType("an integer", *node));
    if (found->get() < min || found->get() > max)
        fail(key, std::to_string(found->get()) + " is out of range, " + std::to_string(min) + " to " +
                      std::to_string(max) + " are possible");
    return found->get();
}

void TomlSection::readSeconds(std::string_view key, std::chrono::seconds &value, std::int64_t min, std::int64_t max)
{
    value = std::chrono::seconds(integer(key, value.count(), min, max));
}

void TomlSection::readList(std::string_view key, std::vector<std::string> &value, EmptyList empty,
                           const StringCheck &check, Repeated repeated)
{
    const auto *const node = take(key);
    if (!node)
        return;
    const auto *const list = node->as_array();
    if (!list)
        fail(key, wrongType("a list of strings", *node));
    if (list->empty() && empty == EmptyList::refused)
        fail(key, "must not be an empty list");
    value.clear();
    for (const auto &element : *list) {
        auto text = string(key, element, check);
        if (repeated == Repeated::refused && std::find(value.begin(), value.end(), text) != value.end())
            failAt(element.source(), key, "\"" + text + "\" stands there twice");
        value.push_back(std::move(text));
    }
}

const toml::table *TomlSection::table(std::string_view key)
{
    const auto *const node = take(key);
    if (!node)
        return nullptr;
    if (!node->is_table())
        fail(key, wrongType("a section, [" + std::string(key) + "]", *node));
    return node->as_table();
}

std::vector<const toml::table *> TomlSection::tables(std::string_view key)
{
    std::vector<const toml::table *> result;
    const auto *const node = take(key);
    if (!node)
        return result;
    const std::string expected = "one section or more, [[" + std::string(key) + "]]";
    const auto *const list = node->as_array();
    if (!list)
        fail(key, wrongType(expected, *node));
    if (list->empty())
        fail(key, "must be " + expected + ", not an empty list");
    for (const auto &element : *list) {
        if (!element.is_table())
            failAt(element.source(), key, wrongType(expected, element));
        result.push_back(element.as_table());
    }
    return result;
}

std::string TomlSection::scalarText(std::string_view key)
{
    const auto *const node = take(key);
    if (!node)
        fail(key, "is missing");
    if (const auto *const integer = node->as_integer())
        return std::to_string(integer->get());
    if (const auto *const boolean = node->as_boolean())
        return boolean->get() ? "true" : "false";
    const auto *const text = node->as_string();
    if (!text)
        fail(key, wrongType("a string, an integer, true or false", *node));
    try {
        checkCharacters(text->get());
    } catch (const std::invalid_argument &error) {
        fail(key, error.what());
    }
    return text->get();
}

void TomlSection::refuseOtherKeys() const
{
    // Of several, the one that stands first in the file.
    const toml::key *first = nullptr;
    for (const auto &[key, node] : table_)
        if (taken_.count(key.str()) == 0 && (!first || key.source().begin < first->source().begin))
            first = &key;
    if (first)
        failAt(first->source(), first->str(), "unknown key");
}

} // namespace netsane
