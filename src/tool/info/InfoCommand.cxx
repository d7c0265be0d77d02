#include "tool/info/InfoCommand.hxx"

#include "tool/StandardOutput.hxx"
#include "tool/TerminalStyle.hxx"
#include "tool/info/OptionReport.hxx"
#include "tool/scanner/ScannerOptions.hxx"

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *notes =
    "Opens the device, which nobody else may use then, and shows its options in their groups: name, value, unit, "
    "type,\n"
    "and what is allowed. \"netsane scan DEVICE -o FILE --NAME VALUE\" sets one. An option that is inactive becomes\n"
    "active by the values of others; one that is read-only tells something, such as a button of the scanner.\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is no such device.\n"
    "\n"
    "Examples:\n"
    "  netsane info netsane:scanner.example.org:test:0\n"
    "  netsane info --json test:0";

} // namespace

void InfoCommand::addOptions(CLI::App &app)
{
    app.add_option("DEVICE", device_, "a device as \"netsane list\" or \"scanimage -L\" shows it")->required();
    app.add_flag("--json", json_, "Write one JSON object.");
    app.footer(notes);
}

ExitCode InfoCommand::run()
{
    const auto scanner = openScanner(device_, name());
    ScannerOptions options(*scanner, [this](const std::string &text) { say(text); });
    const auto facts = readOptions(options);
    const bool on_terminal = isTerminal(STDOUT_FILENO);
    writeStandardOutput(
        json_ ? optionsJson(device_, facts)
              : optionsText(facts, {on_terminal ? terminalColumns(STDOUT_FILENO) : 0, wantsColours(STDOUT_FILENO)}));
    return ExitCode::done;
}

} // namespace netsane
