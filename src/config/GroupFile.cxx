#include "config/GroupFile.hxx"

#include "config/ConfigError.hxx"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

constexpr std::string_view blanks = " \t";

bool isControl(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

// Takes the next word off a line; "" at its end. A word ends before a blank, and after a colon.
std::string_view takeWord(std::string_view &line)
{
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.starts_with('#'))
        line = {};
    std::size_t end = std::min(line.find_first_of(" \t:"), line.size());
    if (end < line.size() && line[end] == ':')
        ++end;
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

void checkName(std::string_view name, const std::string &kind)
{
    const auto fail = [&](const std::string &reason) {
        throw std::invalid_argument("\"" + std::string(name.substr(0, 64)) + "\" " + reason);
    };
    if (name.empty())
        throw std::invalid_argument("the name of a " + kind + " is missing before the colon");
    if (name.size() > GroupFile::max_name_bytes)
        fail("… is too long for a " + kind);
    if (name.starts_with('@'))
        fail(kind == "group" ? "is written without its @ here" : "can't be a member: there are no groups in groups");
    if (kind == "user" && (name == "*" || name == "anonymous"))
        fail("has a meaning in rules and can't be a member of a group");
}

// A group and its members.
std::pair<std::string, std::set<std::string>> parseLine(std::string_view line)
{
    if (std::any_of(line.begin(), line.end(), isControl))
        throw std::invalid_argument("there is a control character in it");
    const auto head = takeWord(line);
    if (!head.ends_with(':'))
        throw std::invalid_argument("must be \"group: user user …\"; there is no colon right after the first word");
    std::string group(head.substr(0, head.size() - 1));
    checkName(group, "group");
    std::set<std::string> users;
    for (auto word = takeWord(line); !word.empty(); word = takeWord(line)) {
        if (word.ends_with(':'))
            throw std::invalid_argument("there is a second colon; each group has a line of its own");
        if (word.find(',') != word.npos)
            throw std::invalid_argument("there is a comma; spaces stand between users");
        checkName(word, "user");
        if (!users.emplace(word).second)
            throw std::invalid_argument("\"" + std::string(word) + "\" stands there twice");
    }
    return {std::move(group), std::move(users)};
}

} // namespace

GroupFile::GroupFile(std::string_view text, const std::string &name)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        std::string_view rest = line;
        if (takeWord(rest).empty())
            continue;
        try {
            auto [group, users] = parseLine(line);
            if (names(group))
                throw std::invalid_argument("the group " + group + " has a line already");
            groups_.emplace(std::move(group), std::move(users));
        } catch (const std::invalid_argument &error) {
            throw ConfigError(name + ":" + std::to_string(number) + ": " + error.what());
        }
    }
}

bool GroupFile::isMember(const std::string &user, const std::string &group) const
{
    const auto found = groups_.find(group);
    return found != groups_.end() && found->second.contains(user);
}

GroupLookup lookupIn(GroupFile file, GroupLookup system)
{
    return [file = std::move(file), system = std::move(system)](const std::string &user, const std::string &group) {
        return file.names(group) ? file.isMember(user, group) : system(user, group);
    };
}

} // namespace netsane
