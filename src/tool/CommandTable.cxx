#include "tool/CommandTable.hxx"

#include "tool/fingerprint/FingerprintCommand.hxx"
#include "tool/passwd/PasswdCommand.hxx"
#include "tool/probe/ProbeCommand.hxx"
#include "tool/trace/TraceCommand.hxx"

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
    {"passwd", "Create, change, lock and delete the users of a server's password file.",
     "  netsane passwd alice             create alice, or give her a new password\n"
     "  netsane passwd --delete alice    delete her\n"
     "  netsane passwd --list            show who there is",
     make<PasswdCommand>},
    {"probe", "Look at a server: how it can be reached, encryption, certificate, login.",
     "  netsane probe scanner.example.org          say what is there, and what to do about what is wrong\n"
     "  netsane probe --pin scanner.example.org    trust it as it is now",
     make<ProbeCommand>},
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
