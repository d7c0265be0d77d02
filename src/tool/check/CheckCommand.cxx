#include "tool/check/CheckCommand.hxx"

#include "config/CertificateFiles.hxx"
#include "config/ControlSocketPath.hxx"
#include "tool/InstalledFolders.hxx"
#include "tool/StandardOutput.hxx"
#include "tool/TerminalStyle.hxx"
#include "tool/check/CheckedProcess.hxx"
#include "tool/check/DeviceChecks.hxx"
#include "tool/check/DeviceNodes.hxx"
#include "tool/check/FileChecks.hxx"
#include "tool/check/ServerCheck.hxx"
#include "tool/control/ControlClient.hxx"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *notes =
    "Looks at configuration, modules, certificate, password files, SANE and its scanners, their device nodes, and "
    "what\n"
    "holds netsaned's processes in their places; netsaned needn't run. What netsaned does as its service's user is\n"
    "looked at as that user when root asks. Nothing is changed. Each line says ok, warn or fail, with what to do "
    "below.\n"
    "\n"
    "Exit codes: 0 all is well, 1 there are warnings, 2 something is wrong (or the usage is).\n"
    "\n"
    "Examples:\n"
    "  sudo netsane check                this machine's server, as its service's user\n"
    "  netsane check --config my.conf    one of your own\n"
    "  netsane check --json              for programs";

std::string nameOf(uid_t uid)
{
    const passwd *const entry = ::getpwuid(uid);
    return entry ? entry->pw_name : "uid " + std::to_string(uid);
}

void append(CheckFindings &findings, CheckFindings more)
{
    findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// Nothing: this process is who it has to be.
std::optional<ProcessIdentity> serviceIdentity(const ServerConfig &config, const std::string &group)
{
    if (::geteuid() != 0 || config.user == "root")
        return {};
    return lookupIdentity(config.user, group);
}

CheckFinding checkWho(const ServerConfig &config, const std::string &path)
{
    if (::geteuid() != 0 && isRootsConfiguration(path))
        return {CheckLevel::warn, "user",
                "this is how " + nameOf(::geteuid()) + " sees it, and netsaned works as \"" + config.user + "\"",
                "as root, \"netsane check\" becomes that user"};
    if (::geteuid() != 0)
        return {CheckLevel::ok, "user", "all processes run as " + nameOf(::geteuid()), ""};
    if (config.user == "root")
        return {CheckLevel::warn, "user", "user = \"root\": no process gives up root",
                "take the key out, and \"useradd --system --user-group netsane\""};
    if (!::getpwnam(config.user.c_str()))
        return {CheckLevel::fail, "user", "there is no user \"" + config.user + "\"",
                "useradd --system --user-group " + config.user + " ; or name another one by the key user"};
    if (!config.group.empty() && !::getgrnam(config.group.c_str()))
        return {CheckLevel::warn, "user",
                "there is no group \"" + config.group + "\", which may open scanners elsewhere",
                "groupadd --system " + config.group + " ; or name another one by the key group"};
    return {CheckLevel::ok, "user", config.user + ", for scanners with the group " + config.group, ""};
}

} // namespace

void CheckCommand::addOptions(CLI::App &app)
{
    app.add_option("--config", config_file_, "the server's configuration (" + configFolder() + "/netsaned.conf)")
        ->type_name("FILE")
        ->check([](const std::string &value) { return std::string(value.empty() ? "the value is empty" : ""); });
    app.add_flag("--json", json_, "Write one JSON object.");
    app.footer(notes);
}

ExitCode CheckCommand::run()
{
    const CheckFindings findings = check();
    const std::string text = json_ ? checkJson(findings) : checkText(findings, wantsColours(STDOUT_FILENO));
    writeStandardOutput(text);
    return static_cast<ExitCode>(worstLevel(findings));
}

CheckFindings CheckCommand::check() const
{
    const std::string path = config_file_.empty() ? configFolder() + "/netsaned.conf" : config_file_;
    try {
        const ServerConfig config = readServerConfig(path);
        CheckFindings findings{{CheckLevel::ok, "configuration", path + " can be used", ""}};
        append(findings, checkAll(config, std::filesystem::absolute(path)));
        return findings;
    } catch (const ConfigError &error) {
        return {{CheckLevel::fail, "configuration", error.what(), "netsaned.conf(5) tells the keys"}};
    }
}

CheckFindings CheckCommand::checkAll(const ServerConfig &config, const std::string &path) const
{
    CheckFindings findings{checkWho(config, path)};
    append(findings, checkRunning(config, path));
    if (findings.front().level == CheckLevel::fail)
        return findings; // nobody to become
    const auto plain = serviceIdentity(config, "");
    const auto device = serviceIdentity(config, config.group);
    const auto judge = judgesAsRoot(config) ? std::optional<ProcessIdentity>() : plain;
    append(findings, checkAs(judge, "plugins", [&] { return checkModules(config, methodFolder()); }));
    append(findings, checkServer(config, path, serverFolder() + "/netsaned"));
    append(findings, checkCertificate(config, stateFolder(config, systemStateFolder(), isRootsConfiguration(path)),
                                      std::time(nullptr)));
    append(findings, checkAs(judge, "passwords", [&] { return checkPasswordFiles(config); }));
    append(findings, checkDevices(config, programFolder() + "/netsaned-device", device));
    append(findings, checkAs(device, "nodes", [&] { return checkDeviceNodes({}, device ? config.group : ""); }));
    return findings;
}

CheckFindings CheckCommand::checkRunning(const ServerConfig &config, const std::string &path) const
{
    constexpr std::chrono::seconds patience{5};
    const auto socket = controlSocketPath(config, systemRunFolder(), isRootsConfiguration(path));
    if (socket.empty())
        return {{CheckLevel::ok, "control", "control_socket = \"\": \"netsane status\" can't be answered", ""}};
    try {
        const auto status = ControlClient(socket).ask("status", patience);
        return {
            {CheckLevel::ok, "control", "netsaned runs, process " + status.value("pid", nlohmann::json()).dump(), ""}};
    } catch (const ToolError &error) {
        if (error.code() == ExitCode::absent)
            return {{CheckLevel::ok, "control", "netsaned doesn't run: nobody answers at " + socket, ""}};
        return {{::geteuid() == 0 ? CheckLevel::fail : CheckLevel::warn, "control", error.what(), ""}};
    }
}

} // namespace netsane
