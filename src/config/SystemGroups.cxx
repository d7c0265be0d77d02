#include "config/SystemGroups.hxx"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace netsane {

namespace {

constexpr std::size_t max_lookup_bytes = 1U << 20;
constexpr std::size_t max_groups = 65536; // NGROUPS_MAX of Linux

// Calls one of the …_r functions of pwd.h and grp.h with a buffer that grows as it asks. False when there is no such
// entry or the lookup failed.
template<typename Entry, typename Lookup>
bool lookUp(Entry &entry, std::vector<char> &buffer, Lookup lookup)
{
    for (buffer.resize(1024); buffer.size() <= max_lookup_bytes; buffer.resize(buffer.size() * 4)) {
        Entry *found = nullptr;
        int error;
        do {
            error = lookup(&entry, buffer.data(), buffer.size(), &found);
        } while (error == EINTR);
        if (error != ERANGE)
            return error == 0 && found;
    }
    return false;
}

std::vector<gid_t> groupsOf(const std::string &user, gid_t primary)
{
    std::vector<gid_t> ids(64);
    for (;;) {
        int count = static_cast<int>(ids.size());
        if (::getgrouplist(user.c_str(), primary, ids.data(), &count) >= 0) {
            ids.resize(static_cast<std::size_t>(count));
            return ids;
        }
        if (ids.size() > max_groups)
            return {};
        ids.resize(std::max(static_cast<std::size_t>(count), ids.size() * 2));
    }
}

bool findGroup(group &entry, std::vector<char> &buffer, const std::string &name)
{
    return lookUp(entry, buffer, [&](auto... rest) { return ::getgrnam_r(name.c_str(), rest...); });
}

bool isListedMember(const group &entry, const std::string &user)
{
    for (char **member = entry.gr_mem; member && *member; ++member)
        if (user == *member)
            return true;
    return false;
}

} // namespace

bool isInSystemGroup(const std::string &user, const std::string &group_name)
{
    if (user.empty() || user.find('\0') != user.npos)
        return false;
    std::vector<char> group_buffer;
    group group_entry;
    if (!findGroup(group_entry, group_buffer, group_name))
        return false;
    std::vector<char> user_buffer;
    passwd user_entry;
    if (!lookUp(user_entry, user_buffer, [&](auto... rest) { return ::getpwnam_r(user.c_str(), rest...); }))
        return isListedMember(group_entry, user);
    const auto ids = groupsOf(user, user_entry.pw_gid);
    return std::find(ids.begin(), ids.end(), group_entry.gr_gid) != ids.end();
}

bool isSystemGroup(const std::string &group_name)
{
    std::vector<char> buffer;
    group entry;
    return group_name.find('\0') == group_name.npos && findGroup(entry, buffer, group_name);
}

} // namespace netsane
