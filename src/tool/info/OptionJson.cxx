#include "tool/info/OptionReport.hxx"

#include "util/JsonWriter.hxx"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace netsane {

namespace {

void addScalar(JsonWriter &json, const OptionFacts &option, std::string_view name, const std::string &text)
{
    if (option.type == "bool")
        return json.flag(name, text == "yes");
    double number = 0;
    const bool is_number = (option.type == "int" || option.type == "fixed") &&
                           std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
    if (is_number)
        json.number(name, number);
    else
        json.text(name, text);
}

void addValue(JsonWriter &json, const OptionFacts &option)
{
    if (option.count == 1)
        return addScalar(json, option, "value", *option.value);
    json.open('[', "value");
    for (std::size_t at = 0; at < option.value->size();) {
        const auto end = std::min(option.value->find(',', at), option.value->size());
        addScalar(json, option, {}, option.value->substr(at, end - at));
        at = end + 1;
    }
    json.close(']');
}

void addOption(JsonWriter &json, const OptionFacts &option)
{
    json.open('{');
    json.text("name", option.name);
    json.textIf("title", option.title);
    json.textIf("description", option.description);
    json.text("type", option.type);
    json.textIf("unit", option.unit);
    if (option.range) {
        json.open('{', "range");
        json.number("min", option.range->min);
        json.number("max", option.range->max);
        if (option.range->step != 0)
            json.number("step", option.range->step);
        json.close('}');
    } else if (!option.words.empty()) {
        json.open('[', "words");
        for (const auto &word : option.words)
            addScalar(json, option, {}, word);
        json.close(']');
    }
    if (option.value)
        addValue(json, option);
    json.flag("active", option.active);
    json.flag("settable", option.settable);
    json.flag("automatic", option.automatic);
    json.flag("advanced", option.advanced);
    json.close('}');
}

} // namespace

std::string optionsJson(const std::string &device, const std::vector<OptionGroup> &groups)
{
    JsonWriter json(JsonWriter::Layout::indented);
    json.open('{');
    json.text("device", device);
    json.open('[', "groups");
    for (const auto &group : groups) {
        json.open('{');
        json.text("title", group.title);
        json.open('[', "options");
        for (const auto &option : group.options)
            addOption(json, option);
        json.close(']');
        json.close('}');
    }
    json.close(']');
    json.close('}');
    return json.take();
}

} // namespace netsane
