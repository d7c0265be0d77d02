#include "tool/control/StatusCommand.hxx"

#include "tool/StandardOutput.hxx"
#include "tool/TerminalStyle.hxx"
#include "tool/control/Screen.hxx"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{10};
constexpr std::chrono::milliseconds sample_time{500}; // for the rate of a single look
constexpr std::chrono::seconds interval{1};
constexpr std::size_t no_limit = 100000;

constexpr const char *notes =
    "Shows connections, users, devices and who holds them, the daemon's processes, failed logins and limits. RATE is\n"
    "what came and went within the last moment. It asks netsaned over its control socket (control_socket in\n"
    "netsaned.conf), so it is for root and for the user who has started netsaned.\n"
    "\n"
    "Exit codes: 0 done, 1 netsaned refuses or says nothing of use, 2 wrong usage, 3 no netsaned answers.\n"
    "\n"
    "Examples:\n"
    "  netsane status                        look once\n"
    "  netsane status --watch                each second, until q or Ctrl-C\n"
    "  netsane status --json | jq .devices   for programs";

// A terminal's width; without one, there is no limit.
std::size_t widthOfOutput()
{
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : no_limit;
}

std::string textOf(const Json &status)
{
    std::string text;
    for (const auto &line : statusLines(status, widthOfOutput()))
        text += styled(line, wantsColours(STDOUT_FILENO)) + "\n";
    return text;
}

Json ask(const ControlClient &client)
{
    return client.ask("status", patience);
}

bool isTraffic(const Json &status)
{
    return status.contains("connections") && !status["connections"].empty();
}

// Programs get ASCII, whatever the names are.
std::string jsonOf(const Json &status, int indent)
{
    return status.dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace

void StatusCommand::addOptions(CLI::App &app)
{
    where_.addTo(app);
    app.add_flag("--json", json_, "Write one JSON object; with --watch, one a line.");
    app.add_flag("--watch", watch_, "Look again each second.");
    app.footer(notes);
}

ExitCode StatusCommand::run()
{
    const ControlClient client(where_.path());
    if (!watch_)
        once(client);
    else if (!json_ && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1)
        watchTerminal(client);
    else
        watchBlocks(client);
    return ExitCode::done;
}

void StatusCommand::once(const ControlClient &client) const
{
    Json status = ask(client);
    if (isTraffic(status)) {
        std::this_thread::sleep_for(sample_time);
        const Json earlier = std::exchange(status, ask(client));
        addRates(status, earlier);
    }
    writeStandardOutput(json_ ? jsonOf(status, 2) : textOf(status));
}

// A server that is being restarted is waited for.
void StatusCommand::watchTerminal(const ControlClient &client) const
{
    Json status = ask(client); // before the terminal is taken over: what is wrong is told as usual
    Json earlier = status;
    Screen screen;
    std::vector<StatusLine> trouble;
    for (auto next = Clock::now() + sample_time;; next = std::max(next + interval, Clock::now())) {
        auto event = Screen::Event::resized;
        while (event == Screen::Event::resized) {
            screen.draw(trouble.empty() ? statusLines(status, screen.width()) : trouble);
            event = screen.wait(next);
        }
        if (event == Screen::Event::quit)
            return;
        try {
            earlier = std::exchange(status, ask(client));
            addRates(status, earlier);
            trouble.clear();
        } catch (const ToolError &error) {
            trouble = {{error.what(), StatusLine::Kind::trouble}, {}, {"Waiting for it; q ends this."}};
        }
    }
}

void StatusCommand::watchBlocks(const ControlClient &client) const
{
    Json earlier;
    for (auto next = Clock::now() + interval;; next += interval) {
        Json status = ask(client);
        addRates(status, earlier);
        writeStandardOutput(json_ ? jsonOf(status, -1) : textOf(status) + "\n");
        earlier = std::move(status);
        std::this_thread::sleep_until(next);
    }
}

} // namespace netsane
