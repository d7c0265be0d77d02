#include "config/AccessRules.hxx"

#include "os/SocketAddress.hxx"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace netsane {

bool matchesPattern(std::string_view pattern, std::string_view name) noexcept
{
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = pattern.npos; // the last * met
    std::size_t star_end = 0;        // where in name what it stands for ends, as tried now
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_end = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != pattern.npos) {
            // Only the last * need ever take more: what an earlier one could take, the last one can too.
            p = star + 1;
            n = ++star_end;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

bool AccessRules::Rule::matchesHost(const SocketAddress &peer) const
{
    if (any_host)
        return true;
    if (peer.isUnix())
        return unix_sockets;
    const auto address = peer.addressBytes();
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const CidrPrefix &prefix) { return prefix.contains(address); });
}

bool AccessRules::Rule::matchesDevice(std::string_view device) const
{
    const auto matches = [&](const std::string &pattern) { return matchesPattern(pattern, device); };
    return devices.empty() || std::any_of(devices.begin(), devices.end(), matches);
}

AccessRules::AccessRules(const std::vector<AllowRule> &rules, bool logins_possible, GroupLookup groups)
    : logins_possible_(logins_possible), groups_(std::move(groups))
{
    if (rules.empty())
        rules_.push_back(compile({}));
    for (const auto &rule : rules)
        rules_.push_back(compile(rule));
}

AccessRules::AccessRules(const ServerConfig &config, GroupLookup groups)
    : AccessRules(config.allow, !config.auth.empty(), std::move(groups))
{
}

AccessRules::Rule AccessRules::compile(const AllowRule &rule) const
{
    Rule result;
    if (rule.users.empty())
        (logins_possible_ ? result.any_login : result.everyone) = true;
    for (const auto &user : rule.users) {
        if (user == "anonymous")
            result.everyone = true;
        else if (user == "*")
            result.any_login = true;
        else if (user.starts_with('@') && user.size() > 1)
            result.groups.push_back(user.substr(1));
        else if (!user.empty() && user != "@")
            result.users.push_back(user);
        else
            throw ConfigError("allow.users: \"" + user + "\": no name");
    }
    result.any_host = rule.hosts.empty();
    for (const auto &host : rule.hosts) {
        if (host == "*")
            result.any_host = true;
        else if (host == "unix")
            result.unix_sockets = true;
        else
            try {
                result.prefixes.push_back(CidrPrefix::parse(host));
            } catch (const std::invalid_argument &error) {
                throw ConfigError("allow.hosts: \"" + host + "\": " + error.what());
            }
    }
    result.devices = rule.devices;
    result.line = rule.line;
    return result;
}

bool AccessRules::matchesUser(const Rule &rule, const std::optional<std::string> &user) const
{
    if (rule.everyone)
        return true;
    if (!user || user->empty())
        return false;
    if (rule.any_login || std::find(rule.users.begin(), rule.users.end(), *user) != rule.users.end())
        return true;
    return std::any_of(rule.groups.begin(), rule.groups.end(),
                       [&](const std::string &group) { return groups_(*user, group); });
}

Outlook AccessRules::outlookOf(const Rule &rule) const noexcept
{
    if (rule.everyone)
        return Outlook::now;
    return logins_possible_ ? Outlook::after_login : Outlook::never;
}

bool AccessRules::decide(const std::optional<std::string> &user, const SocketAddress &peer,
                         std::string_view device) const
{
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule &rule) {
        return rule.matchesHost(peer) && rule.matchesDevice(device) && matchesUser(rule, user);
    });
}

std::string AccessRules::refusalReason(const std::optional<std::string> &user, const SocketAddress &peer,
                                       std::string_view device) const
{
    bool host_matches = false;
    std::string lines;
    for (const auto &rule : rules_) {
        if (!rule.matchesHost(peer))
            continue;
        host_matches = true;
        if (rule.matchesDevice(device) && rule.line != 0)
            lines += (lines.empty() ? "" : ", ") + std::to_string(rule.line);
        else if (rule.matchesDevice(device))
            return "without a rule [[allow]] only who has logged in gets a device";
    }
    if (!host_matches)
        return "no rule [[allow]] is for this host";
    if (lines.empty())
        return "no rule [[allow]] for this host is for this device";
    return std::string(user ? "this user is in none of the rules" : "a login is needed for the rules") +
           " [[allow]] for this host and device, in line " + lines;
}

Outlook AccessRules::outlook(const SocketAddress &peer, std::string_view device) const
{
    Outlook best = Outlook::never;
    for (const auto &rule : rules_)
        if (rule.matchesHost(peer) && rule.matchesDevice(device))
            best = std::max(best, outlookOf(rule));
    return best;
}

Outlook AccessRules::outlookForHost(const SocketAddress &peer) const
{
    Outlook best = Outlook::never;
    for (const auto &rule : rules_)
        if (rule.matchesHost(peer))
            best = std::max(best, outlookOf(rule));
    return best;
}

} // namespace netsane
