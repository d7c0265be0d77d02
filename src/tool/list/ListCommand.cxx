#include "tool/list/ListCommand.hxx"

#include "backend/Backend.hxx"
#include "tool/StandardOutput.hxx"
#include "tool/TerminalStyle.hxx"
#include "tool/list/ServerReport.hxx"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *notes =
    "Asks the servers of netsane.conf and of NETSANE_SERVERS, and those that announce\n"
    "themselves in the network, all at once and for 2 seconds at most, which devices they\n"
    "have, as \"scanimage -L\" does; and says of a server that gives no answer why. It asks\n"
    "nobody for a password: a server that wants a login before it lists its devices gets\n"
    "one from netsane.conf or from ~/.config/netsane/credentials, and one that announces\n"
    "itself gets none. \"netsane probe SERVER\" looks closer.\n"
    "\n"
    "Exit codes: 0 all configured servers have answered, 1 not all, 2 wrong usage, 3 there is no server.\n"
    "\n"
    "Examples:\n"
    "  netsane list\n"
    "  NETSANE_SERVERS=\"scanner.example.org 192.168.1.7\" netsane list\n"
    "  netsane list --json";

} // namespace

void ListCommand::addOptions(CLI::App &app)
{
    app.add_flag("--json", json_, "Write one JSON object.");
    app.add_flag("-v,--verbose", verbose_, "Say all that happens, on standard error.");
    app.footer(notes);
}

ExitCode ListCommand::run()
{
    const DebugSink debug = [this](int level, const std::string &text) {
        if (level == 0 || verbose_)
            say(text);
    };
    const auto servers = Backend(nullptr, debug).survey("netsane list");
    writeStandardOutput(json_ ? serversJson(servers) : serversText(servers, wantsColours(STDOUT_FILENO)));
    if (servers.empty()) {
        say("no server is configured, and none announces itself: name one in " NETSANE_SYSCONFDIR
            "/sane.d/netsane.conf, or by NETSANE_SERVERS");
        return ExitCode::absent;
    }
    // What anybody in the network announces is no failure of what was set up.
    const bool all =
        std::ranges::all_of(servers, [](const auto &one) { return one.failure.empty() || one.discovered; });
    return all ? ExitCode::done : ExitCode::failed;
}

} // namespace netsane
