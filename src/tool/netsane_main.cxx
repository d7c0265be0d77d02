// netsane: the command for people. Parses the command line and runs the one command that it names.

#include "tool/CommandTable.hxx"
#include "tool/Completion.hxx"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

namespace {

using namespace netsane;

constexpr const char *exit_codes =
    "Exit codes:\n"
    "  0  done\n"
    "  1  failed; the reason is on standard error (probe, check: something has to be seen to; list: a server\n"
    "     gives no answer; kick: nobody was meant; reload: not taken; trace: the file is damaged)\n"
    "  2  wrong usage: an option, an argument, or a value that the device doesn't take (check: something is wrong)\n"
    "  3  there is no such user, server or device (list: no server is there)";

std::string footer()
{
    std::string text = "Examples:\n";
    for (const auto &row : commandTable())
        text += std::string(row.examples) + "\n";
    return text + "\n\"netsane COMMAND --help\" tells more about a command.\n\n" + exit_codes;
}

// The command as far as the user has named one, for messages.
std::string namedCommand(const CLI::App &app)
{
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? std::string() : parsed.front()->get_name();
}

ExitCode runCommand(ToolCommand &command)
{
    try {
        return command.run();
    } catch (const ToolError &error) {
        sayAs(command.name(), error.what());
        return error.code();
    } catch (const std::exception &error) {
        sayAs(command.name(), error.what());
        return ExitCode::failed;
    }
}

ExitCode runTool(int argc, char **argv)
{
    CLI::App app("Network scanners with NETSANE.", "netsane");
    app.set_version_flag("--version", "netsane " NETSANE_VERSION);
    app.footer(footer());
    app.require_subcommand(1);
    std::map<const CLI::App *, std::unique_ptr<ToolCommand>> commands;
    for (const auto &row : commandTable()) {
        auto *const part = app.add_subcommand(row.name, row.summary);
        auto command = row.make(row.name);
        command->addOptions(*part);
        commands.emplace(part, std::move(command));
    }
    // For shells, whose words are no command line of ours; not in --help.
    if (argc > 2 && std::string_view(argv[1]) == "complete") {
        const auto text =
            completionText(complete(app, {argv + 2 + (std::string_view(argv[2]) == "--"), argv + argc}, listedDevices));
        return std::fputs(text.c_str(), stdout) < 0 ? ExitCode::failed : ExitCode::done;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &wanted) { // --help, --version
        app.exit(wanted);
        return ExitCode::done;
    } catch (const CLI::ParseError &error) {
        const auto name = namedCommand(app);
        sayAs(name, std::string(error.what()) + "\nTry: netsane " + (name.empty() ? "" : name + " ") + "--help");
        return ExitCode::usage;
    }
    return runCommand(*commands.at(app.get_subcommands().front()));
}

} // namespace

int main(int argc, char **argv)
{
    // A full disk or a reader that has gone is an error of write(2), not the end.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return static_cast<int>(runTool(argc, argv));
    } catch (const std::exception &error) {
        netsane::sayAs("", error.what());
        return static_cast<int>(netsane::ExitCode::failed);
    }
}
