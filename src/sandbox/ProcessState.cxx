#include "sandbox/ProcessState.hxx"

#include "os/Capabilities.hxx"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace netsane {

namespace {

constexpr std::size_t most_groups = 4; // that are named

std::string userName(uid_t uid)
{
    const passwd *const entry = ::getpwuid(uid);
    return entry ? entry->pw_name : std::to_string(uid);
}

std::string groupName(gid_t gid)
{
    const group *const entry = ::getgrgid(gid);
    return entry ? entry->gr_name : std::to_string(gid);
}

std::vector<gid_t> groups()
{
    std::vector<gid_t> list{::getegid()};
    const int count = ::getgroups(0, nullptr);
    std::vector<gid_t> more(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count > 0 && ::getgroups(count, more.data()) == count)
        for (const gid_t gid : more)
            if (std::find(list.begin(), list.end(), gid) == list.end())
                list.push_back(gid);
    return list;
}

std::string describeGroups()
{
    const auto list = groups();
    std::string text = list.size() == 1 ? "group " : "groups ";
    for (std::size_t index = 0; index < std::min(list.size(), most_groups); ++index)
        text += (index == 0 ? "" : "+") + groupName(list[index]);
    if (list.size() > most_groups)
        text += "+" + std::to_string(list.size() - most_groups) + " more";
    return text;
}

std::string describeCapabilities()
{
    const int count = std::popcount(capabilitiesHeld());
    if (count == 0)
        return "no capabilities";
    return std::to_string(count) + (count == 1 ? " capability" : " capabilities");
}

} // namespace

std::string describeProcess()
{
    return "user " + userName(::geteuid()) + ", " + describeGroups() + ", " + describeCapabilities() + ", " +
           (hasNoNewPrivileges() ? "no new privileges" : "new privileges possible");
}

std::string describeLandlock(int version)
{
    return version == 0 ? "no Landlock (the kernel has none)" : "Landlock " + std::to_string(version);
}

std::string describeFilter(bool is_in_force)
{
#ifdef HAVE_SECCOMP
    return is_in_force ? "seccomp" : "no seccomp (the kernel has none)";
#else
    return is_in_force ? "seccomp" : "no seccomp (built without libseccomp)";
#endif
}

bool setNoNewPrivileges() noexcept
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool hasNoNewPrivileges() noexcept
{
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

} // namespace netsane
