#include "tool/ToolCommand.hxx"

#include "util/Printable.hxx"

#include <cstdio>

namespace netsane {

namespace {

constexpr std::size_t max_message_bytes = 8192;

} // namespace

void sayAs(std::string_view command, std::string_view text)
{
    const std::string line = "netsane" + (command.empty() ? std::string() : " " + std::string(command)) + ": " +
                             printable(text, max_message_bytes, LineEnds::Keep) + "\n";
    std::fputs(line.c_str(), stderr);
}

void ToolCommand::say(std::string_view text) const
{
    sayAs(name_, text);
}

} // namespace netsane
