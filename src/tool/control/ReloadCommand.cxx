#include "tool/control/ReloadCommand.hxx"

#include "tool/StandardOutput.hxx"
#include "tool/control/TextTable.hxx"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace netsane {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds patience{70}; // new processes are tried before

constexpr const char *notes =
    "Has netsaned read its configuration, certificate and methods anew, as SIGHUP does, and waits for what becomes of\n"
    "it. All of the new configuration is taken, or nothing; connections go on.\n"
    "\n"
    "Exit codes: 0 it was taken, 1 it wasn't, for the reason on standard error, 2 wrong usage, 3 no netsaned answers.\n"
    "\n"
    "Examples:\n"
    "  netsane reload                      this machine's server\n"
    "  netsane reload --config my.conf     one of your own";

} // namespace

void ReloadCommand::addOptions(CLI::App &app)
{
    where_.addTo(app);
    app.add_flag("--json", json_, "Write one JSON object.");
    app.footer(notes);
}

ExitCode ReloadCommand::run()
{
    const Json answer = ControlClient(where_.path()).ask("reload", patience);
    const bool is_taken = answer.value("reloaded", false);
    std::string text = is_taken ? "reloaded\n" : "";
    for (const auto &key : answer.value("needs_restart", Json::array()))
        if (is_taken && key.is_string())
            text += shownText(key.get<std::string>()) + " has changed, which needs a restart; it stays as it was\n";
    if (json_)
        text = answer.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
    writeStandardOutput(text);
    if (!is_taken)
        say("not reloaded, the old configuration stays: " + answer.value("failure", std::string("no reason was told")));
    return is_taken ? ExitCode::done : ExitCode::failed;
}

} // namespace netsane
