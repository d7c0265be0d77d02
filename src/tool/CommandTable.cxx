#include "tool/CommandTable.hxx"

#include "tool/check/CheckCommand.hxx"
#include "tool/control/KickCommand.hxx"
#include "tool/control/ReloadCommand.hxx"
#include "tool/control/StatusCommand.hxx"
#include "tool/fingerprint/FingerprintCommand.hxx"
#include "tool/info/InfoCommand.hxx"
#include "tool/list/ListCommand.hxx"
#include "tool/passwd/PasswdCommand.hxx"
#include "tool/probe/ProbeCommand.hxx"
#include "tool/scan/ScanCommand.hxx"
#include "tool/trace/TraceCommand.hxx"

namespace netsane {

namespace {

template<class SomeCommand>
std::unique_ptr<ToolCommand> make(const char *name)
{
    return std::make_unique<SomeCommand>(name);
}

constexpr CommandRow rows[] = {
    {"check", "Look what would keep this machine's server from working.",
     "  sudo netsane check               as the server's user, with what to do", make<CheckCommand>},
    {"fingerprint", "Show what a server's certificate can be recognised by.",
     "  netsane fingerprint              of this machine's server", make<FingerprintCommand>},
    {"info", "Show the options of a device.", "  netsane info test:0              as a table", make<InfoCommand>},
    {"kick", "End connections of this machine's server.",
     "  netsane kick alice               end all connections of alice", make<KickCommand>},
    {"list", "Show the servers and their devices.", "  netsane list                     those of netsane.conf",
     make<ListCommand>},
    {"passwd", "Create, change, lock and delete the users of a server's password file.",
     "  netsane passwd alice             create alice, or give her a new password\n"
     "  netsane passwd --delete alice    delete her\n"
     "  netsane passwd --list            show who there is",
     make<PasswdCommand>},
    {"probe", "Look at a server: how it can be reached, encryption, certificate, login.",
     "  netsane probe scanner.example.org          say what is there, and what to do about what is wrong\n"
     "  netsane probe --pin scanner.example.org    trust it as it is now",
     make<ProbeCommand>},
    {"reload", "Have this machine's server take its changed configuration.",
     "  netsane reload                   and say whether it did", make<ReloadCommand>},
    {"scan", "Scan pages into PNG, TIFF, JPEG or PDF files.",
     "  netsane scan test:0 -o page.png --resolution 300\n"
     "  netsane scan test:0 -o letter.pdf --batch --source ADF",
     make<ScanCommand>},
    {"status", "Show what this machine's server is doing.",
     "  netsane status --watch           connections, users, devices, each second", make<StatusCommand>},
    {"trace", "Show a recorded session.",
     "  netsane trace scan.nstrace                 what client and server said\n"
     "  netsane trace --summary scan.nstrace       round trips, bytes and times",
     make<TraceCommand>},
};

} // namespace

std::span<const CommandRow> commandTable() noexcept
{
    return rows;
}

} // namespace netsane
