#include "tool/CommandTable.hxx"

#include "tool/fingerprint/FingerprintCommand.hxx"
#include "tool/info/InfoCommand.hxx"
#include "tool/list/ListCommand.hxx"
#include "tool/passwd/PasswdCommand.hxx"
#include "tool/probe/ProbeCommand.hxx"
#include "tool/scan/ScanCommand.hxx"

namespace netsane {

namespace {

template<class SomeCommand>
std::unique_ptr<ToolCommand> make(const char *name)
{
    return std::make_unique<SomeCommand>(name);
}

constexpr CommandRow rows[] = {
    {"fingerprint", "Show what a server's certificate can be recognised by.",
     "  netsane fingerprint              of this machine's server", make<FingerprintCommand>},
    {"info", "Show the options of a device.", "  netsane info test:0              as a table", make<InfoCommand>},
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
    {"scan", "Scan pages into PNG, TIFF, JPEG or PDF files.",
     "  netsane scan test:0 -o page.png --resolution 300\n"
     "  netsane scan test:0 -o letter.pdf --batch --source ADF",
     make<ScanCommand>},
};

} // namespace

std::span<const CommandRow> commandTable() noexcept
{
    return rows;
}

} // namespace netsane
