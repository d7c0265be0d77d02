#include "tool/CommandTable.hxx"

#include "tool/fingerprint/FingerprintCommand.hxx"
#include "tool/passwd/PasswdCommand.hxx"

namespace netsane {

namespace {

template<class SomeCommand>
std::unique_ptr<Command> make(const char *name)
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
};

} // namespace

std::span<const CommandRow> commandTable() noexcept
{
    return rows;
}

} // namespace netsane
