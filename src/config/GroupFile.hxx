// Groups of the server's own (key groups_file), for @group in the [[allow]] rules: lines "group: user user …", with
// spaces or tabs between the users; from a # at the begin of a word on, the rest of the line is a comment. A group
// stands in one line; it may be empty. A plain value, copied freely.
#pragma once

#include "config/AccessRules.hxx"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace netsane {

class GroupFile {
public:
    static constexpr std::size_t max_bytes = 1U << 20; // of the file
    static constexpr std::size_t max_name_bytes = 256; // of a user or a group

    // No groups.
    GroupFile() = default;

    // name stands for the file in messages. Throws ConfigError, "FILE:LINE: what is wrong".
    GroupFile(std::string_view text, const std::string &name);

    bool names(const std::string &group) const { return groups_.contains(group); }
    bool isMember(const std::string &user, const std::string &group) const;
    std::size_t size() const noexcept { return groups_.size(); }

private:
    std::map<std::string, std::set<std::string>, std::less<>> groups_;
};

// A group that the file names is what the file says, whatever the system has under that name; for any other, `system`
// decides.
GroupLookup lookupIn(GroupFile file, GroupLookup system = isInSystemGroup);

} // namespace netsane
