#include "os/ProcessIdentity.hxx"

#include "os/Error.hxx"

#include <cerrno>
#include <cstddef>
#include <grp.h>
#include <pwd.h>
#include <stdexcept>
#include <unistd.h>

namespace netsane {

namespace {

std::vector<gid_t> groupsOf(const char *user, gid_t primary)
{
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(user, primary, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
        if (::getgrouplist(user, primary, groups.data(), &count) < 0)
            throw std::runtime_error(std::string("too many groups of user ") + user);
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

} // namespace

ProcessIdentity lookupIdentity(const std::string &user, const std::string &extra_group)
{
    errno = 0;
    const passwd *const entry = ::getpwnam(user.c_str());
    if (!entry)
        throw std::runtime_error("user = \"" + user +
                                 "\": " + (errno != 0 ? errnoText(errno) : "this system has no such user"));
    ProcessIdentity identity{entry->pw_uid, entry->pw_gid, groupsOf(user.c_str(), entry->pw_gid)};
    if (const group *const extra = extra_group.empty() ? nullptr : ::getgrnam(extra_group.c_str()))
        identity.groups.push_back(extra->gr_gid);
    return identity;
}

bool takeIdentity(const ProcessIdentity &identity) noexcept
{
    return ::setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
           ::setresgid(identity.gid, identity.gid, identity.gid) == 0 &&
           ::setresuid(identity.uid, identity.uid, identity.uid) == 0;
}

} // namespace netsane
