#include "tool/probe/ProbeCommand.hxx"

#include "tool/StandardOutput.hxx"
#include "tool/probe/Prober.hxx"
#include "tool/probe/ReportText.hxx"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

namespace netsane {

namespace {

constexpr const char *notes =
    "Connects as a frontend of this user would, with the settings of netsane.conf, and says what it finds: greeting,\n"
    "encryption, certificate and whether it is trusted, login, devices, round-trip time; and what to do where "
    "something\n"
    "is wrong. It gives no password, opens no device, and changes nothing in known_servers unless --pin is given: "
    "that\n"
    "asks nothing and keeps the server as it is now, so compare the fingerprint with its admin's before. What is\n"
    "reported then is how frontends see the server from now on.\n"
    "\n"
    "Which methods of login the server has it tells only to who names a user: --user. That is a login that nobody\n"
    "finishes; the server counts and logs it as a failed one.\n"
    "\n"
    "Exit codes: 0 all is well, 1 reachable, but something has to be seen to (a certificate that changed, expired or\n"
    "expires within 14 days; a server that frontends refuse), 2 wrong usage, 3 not reachable, or not NETSANE.\n"
    "\n"
    "Examples:\n"
    "  netsane probe scanner.example.org             look at it\n"
    "  netsane probe --json 192.168.1.7:7000         the same for programs\n"
    "  netsane probe --pin scanner.example.org       and keep its fingerprint from now on\n"
    "  netsane probe --user alice [2001:db8::1]      which methods of login it has\n"
    "  netsane probe --ca /etc/ca.pem scanner        whether a certificate is good for that CA\n"
    "  netsane probe unix:/run/netsane/netsane.sock  over a unix socket";

} // namespace

void ProbeCommand::addOptions(CLI::App &app)
{
    app.add_option("SERVER", server_, "host, host:port, [v6]:port or unix:/path")->required();
    app.add_flag("--json", json_, "Write one JSON object.");
    app.add_flag("--pin", pin_, "Keep the server in known_servers as it is now, whatever stands there.");
    app.add_option("--user", user_, "Name this user to see the methods of login.")->type_name("NAME");
    app.add_option("--ca", ca_, "Trust only what this CA vouches for, as ca=FILE of netsane.conf.")->type_name("FILE");
    app.add_option("--timeout", timeout_, "Seconds to wait for a connection.")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
    app.add_flag("-v,--verbose", verbose_, "Say all that happens, on standard error.");
    app.footer(notes);
}

ServerSettings ProbeCommand::settingsFor(const ServerName &server) const
{
    ClientConfig config;
    config.readFrom(saneConfigFolders(std::getenv("SANE_CONFIG_DIR"), NETSANE_SYSCONFDIR "/sane.d"));
    for (const auto &problem : config.problems())
        say(problem);
    auto settings = config.settingsFor(server);
    if (timeout_ != 0)
        settings.connect_timeout = std::chrono::seconds(timeout_);
    if (!ca_.empty())
        settings.ca = std::filesystem::absolute(ca_);
    return settings;
}

ExitCode ProbeCommand::run()
{
    const auto server = parseServerName(server_);
    if (!server)
        throw ToolError(ExitCode::usage,
                        "\"" + server_ + "\" is no server: expected host, host:port, [v6]:port or unix:/path");
    const auto debug = [this](int level, const std::string &text) {
        if (level == 0 || verbose_)
            say(text);
    };
    const auto report = Prober({*server, settingsFor(*server), pin_, user_}, debug).run();
    const auto text = json_ ? reportJson(report) : reportText(report);
    writeStandardOutput(text);
    if (report.failure)
        return ExitCode::unreachable;
    return report.findings.empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace netsane
