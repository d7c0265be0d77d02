// Who may use which device from where: the [[allow]] rules, compiled. Owned by the supervisor, which alone decides.
//
// A rule grants when its users, hosts and devices all match; a key that is absent matches everything. The first rule
// that grants decides, no rule that grants means no. Without any rule, everyone who logged in may use everything.
//
// Users: "alice" is that login, "@staff" any login in that group, "*" any login, "anonymous" everyone, logged in or
// not: nobody loses a device by logging in. A rule without users is for any login. Where the server has no auth methods
// (auth = []) there are no logins: then a rule without users, and the absence of rules, stand for everyone.
//
// Thread: one at a time, and where a group lookup asks a directory service decide() blocks for that long.
#pragma once

#include "config/CidrPrefix.hxx"
#include "config/ServerConfig.hxx"
#include "config/SystemGroups.hxx"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class SocketAddress;

// True if the user belongs to the group.
using GroupLookup = std::function<bool(const std::string &user, const std::string &group)>;

// What a connection that isn't logged in can expect of a device; the larger the better.
enum class Outlook {
    never,       // refuse
    after_login, // some login gets it: ask for one
    now,         // serve
};

class AccessRules {
public:
    // logins_possible: false where auth = []. Throws ConfigError for a rule that readServerConfig() would refuse.
    AccessRules(const std::vector<AllowRule> &rules, bool logins_possible, GroupLookup groups = isInSystemGroup);

    // The rules of a configuration.
    explicit AccessRules(const ServerConfig &config, GroupLookup groups = isInSystemGroup);

    // Whether the user may open the device; nullopt: not logged in. device is the full SANE name, any bytes.
    bool decide(const std::optional<std::string> &user, const SocketAddress &peer, std::string_view device) const;

    // Why decide() says no, for the log and not for the peer: what the rules that come nearest are missing.
    std::string refusalReason(const std::optional<std::string> &user, const SocketAddress &peer,
                              std::string_view device) const;

    // For a connection that isn't logged in. now is the same as decide(nullopt, …).
    Outlook outlook(const SocketAddress &peer, std::string_view device) const;

    // The same for any device at all: never means that a connection from there is of no use.
    Outlook outlookForHost(const SocketAddress &peer) const;

private:
    struct Rule {
        bool everyone = false;  // "anonymous"
        bool any_login = false; // "*", or no users given
        std::vector<std::string> users;
        std::vector<std::string> groups;
        bool any_host = false;
        bool unix_sockets = false;
        std::vector<CidrPrefix> prefixes;
        std::vector<std::string> devices; // empty: any
        std::size_t line = 0;             // in the configuration; 0: the rule that stands for the absence of rules

        bool matchesHost(const SocketAddress &peer) const;
        bool matchesDevice(std::string_view device) const;
    };

    Rule compile(const AllowRule &rule) const;
    bool matchesUser(const Rule &rule, const std::optional<std::string> &user) const;
    Outlook outlookOf(const Rule &rule) const noexcept;

    bool logins_possible_;
    GroupLookup groups_;
    std::vector<Rule> rules_;
};

// A whole name against a pattern: * stands for any bytes or none, ? for one byte, anything else for itself. Takes no
// more than name × pattern steps, whatever the pattern.
bool matchesPattern(std::string_view pattern, std::string_view name) noexcept;

} // namespace netsane
