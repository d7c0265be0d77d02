#include "tool/control/KickCommand.hxx"

#include "tool/StandardOutput.hxx"
#include "tool/control/TextTable.hxx"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace netsane {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds patience{10};

constexpr const char *notes =
    "WHO is the ID of a connection as \"netsane status\" shows it, the name of a user, an address or a block of them\n"
    "(192.168.0.0/16; \"unix\" for all unix sockets), or the full name of a device, which means the connection that\n"
    "holds it. Digits are an ID, and what can be read as an address is one; --as says that something else is meant.\n"
    "\n"
    "Their clients are told that the administrator has ended the connection, scans are cancelled, devices are free\n"
    "again. It keeps nobody from connecting once more: that is for the keys [[allow]] and for \"netsane passwd "
    "--lock\".\n"
    "netsaned logs who has asked for it.\n"
    "\n"
    "Exit codes: 0 connections were ended, 1 there was none to end, or netsaned refuses, 2 wrong usage, 3 no netsaned\n"
    "answers.\n"
    "\n"
    "Examples:\n"
    "  netsane kick 17                   the connection 17\n"
    "  netsane kick alice                all of alice's\n"
    "  netsane kick 192.168.1.7          all from there\n"
    "  netsane kick epson2:libusb:1:2    whoever holds that scanner\n"
    "  netsane kick --as user 1234       a user whose name is a number";

std::string describe(const Json &entry)
{
    const auto text = [&entry](const char *name) {
        return entry.contains(name) && entry[name].is_string() ? entry[name].get<std::string>() : std::string();
    };
    std::string line = "  " + entry.value("id", Json()).dump() + ": ";
    line += (text("user").empty() ? "somebody" : text("user")) + " from " + text("peer");
    if (entry.contains("devices") && entry["devices"].is_array())
        for (const auto &device : entry["devices"])
            if (device.is_string())
                line += ", held " + device.get<std::string>();
    return shownText(line) + "\n";
}

} // namespace

void KickCommand::addOptions(CLI::App &app)
{
    app.add_option("WHO", who_, "ID, user, address or device")->required();
    app.add_option("--as", kind_, "What WHO is")
        ->type_name("KIND")
        ->check(CLI::IsMember({"any", "connection", "user", "address", "device"}));
    app.add_flag("--json", json_, "Write one JSON object.");
    where_.addTo(app);
    app.footer(notes);
}

ExitCode KickCommand::run()
{
    if (who_.empty() || std::any_of(who_.begin(), who_.end(), [](char c) { return c == '\n' || c == '\0'; }))
        throw ToolError(ExitCode::usage, "WHO is empty, or more than a line");
    const Json answer = ControlClient(where_.path()).ask("kick " + kind_ + " " + who_, patience);
    const auto count = answer.value("count", std::uint64_t{0});
    std::string text = json_ ? answer.dump(2, ' ', true, Json::error_handler_t::replace) + "\n" : std::string();
    if (!json_ && count != 0) {
        text = std::to_string(count) + (count == 1 ? " connection" : " connections") + " ended:\n";
        for (const auto &entry : answer.value("ended", Json::array()))
            text += describe(entry);
    }
    writeStandardOutput(text);
    if (count == 0)
        say("no connection is meant by \"" + who_ + "\"");
    return count == 0 ? ExitCode::failed : ExitCode::done;
}

} // namespace netsane
