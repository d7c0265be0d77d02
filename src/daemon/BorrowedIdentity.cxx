#include "daemon/BorrowedIdentity.hxx"

#include "os/Capabilities.hxx"
#include "os/Error.hxx"

#include <cstdlib>
#include <grp.h>
#include <string>
#include <unistd.h>

namespace netsane {

BorrowedIdentity::BorrowedIdentity(const ProcessIdentity &identity) : identity_(identity), root_gid_(::getegid())
{
    const int count = ::getgroups(0, nullptr);
    root_groups_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count < 0 || ::getgroups(count, root_groups_.data()) != count)
        throwErrno("read the groups of this process");
    if (::setgroups(identity_.groups.size(), identity_.groups.data()) != 0)
        throwErrno("set the groups of user " + std::to_string(identity_.uid));
    if (::setegid(identity_.gid) != 0 || ::seteuid(identity_.uid) != 0) {
        giveBack();
        throwErrno("act as user " + std::to_string(identity_.uid));
    }
}

BorrowedIdentity::~BorrowedIdentity()
{
    if (!kept_)
        giveBack();
}

void BorrowedIdentity::giveBack() noexcept
{
    // Half root is nothing that the process could go on with.
    if (::seteuid(0) != 0 || ::setegid(root_gid_) != 0 || ::setgroups(root_groups_.size(), root_groups_.data()) != 0)
        std::abort();
}

void BorrowedIdentity::keep()
{
    // Only root may change all three of each kind, and what its programs could get.
    if (::seteuid(0) != 0)
        throwErrno("become root again");
    limitBoundingSet(0);
    if (::setresgid(identity_.gid, identity_.gid, identity_.gid) != 0 ||
        ::setresuid(identity_.uid, identity_.uid, identity_.uid) != 0)
        throwErrno("become user " + std::to_string(identity_.uid));
    if (!limitCapabilities(0))
        throwErrno("give up capabilities");
    kept_ = true;
}

} // namespace netsane
