#include "tool/scanner/ScannerOptions.hxx"

#include "tool/ToolError.hxx"
#include "tool/scanner/OptionParser.hxx"
#include "tool/scanner/OptionText.hxx"

#include <cstring>
#include <utility>

namespace netsane {

ScannerOptions::ScannerOptions(Scanner &scanner, std::function<void(const std::string &)> say)
    : scanner_(scanner), say_(std::move(say))
{
    const auto status = scanner_.control(0, SANE_ACTION_GET_VALUE, &count_, nullptr);
    if (status != SANE_STATUS_GOOD)
        throw ToolError(ExitCode::failed,
                        "the device doesn't tell its options: " + failureText(status, scanner_.reason()));
}

std::optional<SANE_Int> ScannerOptions::numberOf(std::string_view name)
{
    for (SANE_Int i = 1; i < count_ && !name.empty(); ++i) {
        const auto *const option = scanner_.descriptor(i);
        if (option && option->name && option->type != SANE_TYPE_GROUP && name == option->name)
            return i;
    }
    return std::nullopt;
}

const SANE_Option_Descriptor *ScannerOptions::find(std::string_view name)
{
    const auto found = numberOf(name);
    return found ? scanner_.descriptor(*found) : nullptr;
}

std::optional<std::vector<std::byte>> ScannerOptions::bytes(SANE_Int number)
{
    const auto *const option = scanner_.descriptor(number);
    if (!option || option->type > SANE_TYPE_STRING || option->size <= 0 || !isActive(*option) ||
        (option->cap & SANE_CAP_SOFT_DETECT) == 0)
        return std::nullopt;
    std::vector<std::byte> space(static_cast<std::size_t>(option->size) +
                                 1); // a string's end, whatever the device says
    if (scanner_.control(number, SANE_ACTION_GET_VALUE, space.data(), nullptr) != SANE_STATUS_GOOD)
        return std::nullopt;
    space.pop_back();
    return space;
}

std::optional<std::string> ScannerOptions::value(SANE_Int number)
{
    const auto value = bytes(number);
    return value ? std::optional(valueText(*scanner_.descriptor(number), *value)) : std::nullopt;
}

std::optional<std::string> ScannerOptions::value(std::string_view name)
{
    const auto found = numberOf(name);
    return found ? value(*found) : std::nullopt;
}

std::optional<double> ScannerOptions::number(std::string_view name)
{
    const auto found = numberOf(name);
    const auto value = found ? bytes(*found) : std::nullopt;
    if (!value || value->size() != sizeof(SANE_Word))
        return std::nullopt;
    SANE_Word word = 0;
    std::memcpy(&word, value->data(), sizeof word);
    const auto type = scanner_.descriptor(*found)->type;
    if (type == SANE_TYPE_INT)
        return word;
    return type == SANE_TYPE_FIXED ? std::optional(SANE_UNFIX(word)) : std::nullopt;
}

void ScannerOptions::control(SANE_Int number, SANE_Action action, void *value, const std::string &text)
{
    SANE_Int info = 0;
    const std::string name = scanner_.descriptor(number)->name;
    const auto status = scanner_.control(number, action, value, &info);
    if (status != SANE_STATUS_GOOD)
        throw ToolError(status == SANE_STATUS_INVAL ? ExitCode::usage : ExitCode::failed,
                        "--" + name + (text.empty() ? "" : " " + text) +
                            ": refused by the device: " + failureText(status, scanner_.reason()));
    if ((info & SANE_INFO_INEXACT) != 0 && action == SANE_ACTION_SET_VALUE)
        if (const auto taken = this->value(number))
            say_("--" + name + " " + text + ": the device took " + *taken);
}

void ScannerOptions::set(std::string_view name, const std::optional<std::string> &text)
{
    const auto found = numberOf(name);
    const auto *const option = found ? scanner_.descriptor(*found) : nullptr;
    const std::string typed = "--" + std::string(name);
    if (!option)
        throw ToolError(ExitCode::usage,
                        typed + ": the device has no such option; \"netsane info\" shows those it has");
    if (!isActive(*option))
        throw ToolError(ExitCode::usage, typed + ": inactive with the other options as they are");
    if (!isSettable(*option))
        throw ToolError(ExitCode::usage, typed + ": can't be set");
    if (option->type == SANE_TYPE_BUTTON) {
        if (text)
            throw ToolError(ExitCode::usage, typed + ": a button, which takes no value");
        return control(*found, SANE_ACTION_SET_VALUE, nullptr, {});
    }
    if (!text)
        throw ToolError(ExitCode::usage, typed + ": a value is missing; allowed is: " + allowedText(*option));
    if (*text == "auto" && (option->cap & SANE_CAP_AUTOMATIC) != 0)
        return control(*found, SANE_ACTION_SET_AUTO, nullptr, *text);
    auto value = parseOptionValue(*option, *text);
    control(*found, SANE_ACTION_SET_VALUE, value.data(), *text);
}

} // namespace netsane
