#include "tool/scanner/OptionArguments.hxx"

#include "tool/ToolError.hxx"
#include "tool/scanner/OptionParser.hxx"
#include "tool/scanner/OptionText.hxx"

#include <cstring>

namespace netsane {

namespace {

OptionArgument readOne(const std::vector<std::string> &words, std::size_t &at, ScannerOptions &options)
{
    const auto &word = words[at++];
    if (!word.starts_with("--") || word.size() == 2)
        throw ToolError(ExitCode::usage,
                        word + (word.starts_with('-') ? ": there is no such option"
                                                      : ": what is this word for? Options begin with --"));
    const auto equals = word.find('=');
    OptionArgument argument{word.substr(2, equals == std::string::npos ? equals : equals - 2), std::nullopt};
    const auto *const option = options.find(argument.name);
    if (!option)
        throw ToolError(ExitCode::usage, "--" + argument.name +
                                             ": neither netsane nor the device has such an option; \"netsane info\" "
                                             "shows the device's");
    const bool has_next = at < words.size() && !words[at].starts_with("--");
    if (equals != std::string::npos)
        argument.value = word.substr(equals + 1);
    else if (option->type == SANE_TYPE_BOOL && !(has_next && isBoolWord(words[at])))
        argument.value = "yes";
    else if (option->type != SANE_TYPE_BUTTON && has_next)
        argument.value = words[at++];
    return argument;
}

bool isInactive(const OptionArgument &argument, ScannerOptions &options)
{
    const auto *const option = options.find(argument.name);
    return option && !isActive(*option);
}

// One direction of the area.
struct Side {
    const char *first; // of the device's options
    const char *second;
    const char *begin_flag;
    const char *length_flag;
};

const SANE_Option_Descriptor &require(const char *flag, const char *name, ScannerOptions &options)
{
    const auto *const option = options.find(name);
    if (!option || !isActive(*option))
        throw ToolError(ExitCode::usage,
                        std::string(flag) + ": the device has no option " + name + ", or it is inactive");
    return *option;
}

std::string numberText(const SANE_Option_Descriptor &option, double number)
{
    if (option.type == SANE_TYPE_FIXED)
        return fixedText(SANE_FIX(number));
    return std::to_string(static_cast<long long>(number));
}

// What was typed, in the option's unit. It can be a length and needn't be within the option's range.
double typedNumber(const SANE_Option_Descriptor &option, const char *flag, const std::string &text)
{
    auto unlimited = option;
    unlimited.constraint_type = SANE_CONSTRAINT_NONE;
    unlimited.name = flag + 1; // messages add the dash
    const auto bytes = parseOptionValue(unlimited, text);
    SANE_Word word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    return option.type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

struct TypedFlag {
    std::string flag;
    std::string text;
};

void setSide(const TypedFlag &typed, const char *name, const std::string &value, ScannerOptions &options)
{
    try {
        options.set(name, value);
    } catch (const ToolError &error) {
        throw ToolError(error.code(), typed.flag + " " + typed.text + ": " + error.what());
    }
}

void applySide(const Side &side, const std::string &begin_text, const std::string &length_text, ScannerOptions &options)
{
    if (begin_text.empty() && length_text.empty())
        return;
    const auto *const asked = begin_text.empty() ? side.length_flag : side.begin_flag;
    const auto &first = require(asked, side.first, options);
    const auto &second = require(asked, side.second, options);
    const double old_begin = options.number(side.first).value_or(0);
    const double old_end = options.number(side.second).value_or(0);
    const double begin = begin_text.empty() ? old_begin : typedNumber(first, side.begin_flag, begin_text);
    const double end = length_text.empty() ? old_end : begin + typedNumber(second, side.length_flag, length_text);
    if (!length_text.empty() && end <= begin)
        throw ToolError(ExitCode::usage,
                        std::string(side.length_flag) + " " + length_text + ": there is nothing to scan in that");
    const auto begin_value = numberText(first, begin);
    const auto end_value = numberText(second, end);
    const auto set_begin = [&] {
        if (!begin_text.empty())
            setSide({side.begin_flag, begin_text}, side.first, begin_value, options);
    };
    const auto set_end = [&] {
        if (!length_text.empty())
            setSide({side.length_flag, length_text}, side.second, end_value, options);
    };
    // never a beginning behind the end, which some devices refuse
    if (begin <= old_end) {
        set_begin();
        set_end();
    } else {
        set_end();
        set_begin();
    }
}

} // namespace

std::vector<OptionArgument> readOptionArguments(const std::vector<std::string> &words, ScannerOptions &options)
{
    std::vector<OptionArgument> arguments;
    for (std::size_t at = 0; at < words.size();)
        arguments.push_back(readOne(words, at, options));
    return arguments;
}

void applyOptionArguments(const std::vector<OptionArgument> &arguments, ScannerOptions &options)
{
    std::vector<const OptionArgument *> left;
    for (const auto &argument : arguments) {
        if (isInactive(argument, options))
            left.push_back(&argument);
        else
            options.set(argument.name, argument.value);
    }
    for (const auto *const argument : left)
        options.set(argument->name, argument->value);
}

void applyScanArea(const ScanArea &area, ScannerOptions &options)
{
    applySide({"tl-x", "br-x", "-l", "-x"}, area.left, area.width, options);
    applySide({"tl-y", "br-y", "-t", "-y"}, area.top, area.height, options);
}

} // namespace netsane
