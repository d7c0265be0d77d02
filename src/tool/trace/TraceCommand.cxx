#include "tool/trace/TraceCommand.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "tool/TerminalStyle.hxx"
#include "tool/trace/TracePlayer.hxx"

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *notes =
    "A client records its sessions where NETSANE_TRACE names a file, a server where its configuration has the key "
    "trace.\n"
    "A recording has no passwords, no logins and no pictures: of these only the length. What an option was "
    "set\n"
    "to and the names of devices are in it, so look before you pass it on.\n"
    "\n"
    "A line has the seconds since the beginning, who speaks, the command, the bytes of the message, and its fields\n"
    "as doc/protocol.md names them; <6 bytes> is what isn't recorded.\n"
    "\n"
    "Exit codes: 0 all of it was shown, 1 FILE is damaged or cut off (what comes before was shown) or can't be read,\n"
    "2 wrong usage.\n"
    "\n"
    "Examples:\n"
    "  NETSANE_TRACE=scan.nstrace scanimage -d netsane:scanner:test:0 -o page.png\n"
    "  netsane trace scan.nstrace               what was said\n"
    "  netsane trace --summary scan.nstrace     and what it took\n"
    "  netsane trace --json scan.nstrace        for programs, an object a line";

void write(std::string &text)
{
    if (!text.empty() && std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        throw ToolError(ExitCode::failed, "standard output can't be written to: " + errnoText(errno));
    text.clear();
}

void playFile(const std::string &path, TracePlayer &player, std::string &out)
{
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        throw ToolError(ExitCode::failed, path + ": can't be opened: " + errnoText(errno));
    std::array<std::byte, 16384> block{};
    for (;;) {
        const auto count = ::read(file.get(), block.data(), block.size());
        if (count == 0)
            return player.end(out);
        if (count < 0 && errno != EINTR)
            throw ToolError(ExitCode::failed, path + ": can't be read: " + errnoText(errno));
        if (count > 0)
            player.play(std::span(block).first(static_cast<std::size_t>(count)), out);
        write(out);
    }
}

} // namespace

void TraceCommand::addOptions(CLI::App &app)
{
    app.add_option("FILE", file_, "a recorded session")->required();
    auto *const all = app.add_flag("--all", all_, "Show all fields of the options' descriptors, too.");
    auto *const summary = app.add_flag("--summary", summary_, "Show round trips, bytes and times instead.");
    app.add_flag("--json", json_, "Write JSON, one object a line.");
    summary->excludes(all);
    app.footer(notes);
}

std::unique_ptr<TraceView> TraceCommand::makeView() const
{
    if (summary_)
        return makeTraceSummary(json_);
    return json_ ? makeTraceJson() : makeTraceText({wantsColours(STDOUT_FILENO), all_});
}

ExitCode TraceCommand::run()
{
    const auto view = makeView();
    TracePlayer player(*view);
    std::string out;
    std::string problem;
    try {
        playFile(file_, player, out);
    } catch (const TraceError &error) { // what comes before it is shown all the same
        problem = file_ + ": " + error.what();
    }
    write(out);
    if (std::fflush(stdout) != 0)
        throw ToolError(ExitCode::failed, "standard output can't be written to: " + errnoText(errno));
    if (!problem.empty())
        throw ToolError(ExitCode::failed, problem);
    return ExitCode::done;
}

} // namespace netsane
