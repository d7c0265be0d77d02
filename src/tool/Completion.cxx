#include "tool/Completion.hxx"

#include "util/Printable.hxx"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_description_bytes = 200;
constexpr std::size_t max_answer_bytes = 1U << 20;

std::string oneLine(const std::string &text)
{
    return printable(text.substr(0, text.find('\n')), max_description_bytes);
}

void addCommands(const CLI::App &app, Completion &completion)
{
    for (const auto *const command :
         app.get_subcommands([](const CLI::App *part) { return !part->get_group().empty(); }))
        completion.candidates.push_back({command->get_name(), oneLine(command->get_description())});
}

void addOptions(const CLI::App &app, Completion &completion)
{
    for (const auto *const option : app.get_options()) {
        if (option->get_group().empty())
            continue;
        for (const auto &name : option->get_lnames())
            completion.candidates.push_back({"--" + name, oneLine(option->get_description())});
        for (const auto &name : option->get_snames())
            completion.candidates.push_back({"-" + name, oneLine(option->get_description())});
    }
}

void addValues(const std::string &kind, Completion &completion, const DeviceNames &devices)
{
    if (kind == "DEVICE") {
        for (auto &name : devices())
            completion.candidates.push_back({std::move(name), ""});
    } else if (kind == "FILE" || kind == "FOLDER") {
        completion.files = true;
    }
}

// The option that a word names and whose value is the next word; nullptr: none.
const CLI::Option *optionWithValue(const CLI::App &app, const std::string &word)
{
    if (word.size() < 2 || word.front() != '-')
        return nullptr;
    const auto *const option = app.get_option_no_throw(word);
    return option && option->get_items_expected_max() != 0 && word.find('=') == word.npos ? option : nullptr;
}

// The arguments without a name, of which the words before this one have filled some.
std::vector<const CLI::Option *> positionals(const CLI::App &app)
{
    std::vector<const CLI::Option *> list;
    for (const auto *const option : app.get_options())
        if (option->get_positional())
            list.push_back(option);
    return list;
}

void completeFor(const CLI::App &command, const std::vector<std::string> &before, const std::string &word,
                 Completion &completion, const DeviceNames &devices)
{
    std::size_t filled = 0;
    const CLI::Option *awaiting = nullptr;
    for (const auto &argument : before) {
        const bool is_value = awaiting != nullptr;
        awaiting = is_value ? nullptr : optionWithValue(command, argument);
        filled += is_value || argument.starts_with('-') ? 0 : 1;
    }
    if (awaiting)
        return addValues(awaiting->get_type_name(), completion, devices);
    if (word.starts_with('-'))
        return addOptions(command, completion);
    if (const auto list = positionals(command); filled < list.size())
        addValues(list[filled]->get_name(true), completion, devices);
}

const CLI::App *findCommand(const CLI::App &app, const std::string &name)
{
    const auto found = app.get_subcommands([&](const CLI::App *part) { return part->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

} // namespace

Completion complete(const CLI::App &app, const std::vector<std::string> &words, const DeviceNames &devices)
{
    Completion completion;
    if (words.size() < 2)
        return completion;
    const std::string &word = words.back();
    // The command is the first word that isn't an option.
    std::size_t at = 1;
    while (at + 1 < words.size() && words[at].starts_with('-'))
        ++at;
    if (at + 1 == words.size()) {
        word.starts_with('-') ? addOptions(app, completion) : addCommands(app, completion);
    } else if (const auto *const command = findCommand(app, words[at])) {
        const std::vector<std::string> before(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end() - 1);
        completeFor(*command, before, word, completion, devices);
    }
    std::erase_if(completion.candidates, [&](const Candidate &one) { return !one.word.starts_with(word); });
    return completion;
}

std::string completionText(const Completion &completion)
{
    std::string text = completion.files ? ":files\n" : "";
    for (const auto &candidate : completion.candidates)
        text += candidate.word + (candidate.description.empty() ? "" : "\t" + candidate.description) + "\n";
    return text;
}

namespace {

// A shell puts these where it reads commands. Names come from servers, and anybody in the network may be one.
bool isForShells(std::string_view name) noexcept
{
    constexpr std::string_view others = "._:/@%+=,-[]?";
    return std::ranges::all_of(name, [others](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               others.find(c) != others.npos;
    });
}

} // namespace

std::vector<std::string> devicesIn(std::string_view answer)
{
    std::vector<std::string> names;
    constexpr std::string_view begin = "\"netsane:";
    for (auto at = answer.find(begin); at != answer.npos; at = answer.find(begin, at + 1)) {
        const auto end = answer.find('"', at + begin.size());
        const std::string name(answer.substr(at + 1, end == answer.npos ? 0 : end - at - 1));
        if (!name.empty() && isForShells(name))
            names.push_back(name);
    }
    return names;
}

std::vector<std::string> listedDevices()
{
    const auto close = [](FILE *pipe) { ::pclose(pipe); };
    // The parent of the shell that popen() starts is this program.
    const std::unique_ptr<FILE, decltype(close)> pipe(
        ::popen("exec /proc/$PPID/exe list --json 2>/dev/null </dev/null", "re"), close);
    std::string answer;
    std::array<char, 4096> block{};
    while (pipe && answer.size() < max_answer_bytes) {
        const auto count = std::fread(block.data(), 1, block.size(), pipe.get());
        if (count == 0)
            break;
        answer.append(block.data(), count);
    }
    return devicesIn(answer);
}

} // namespace netsane
