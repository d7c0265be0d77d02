#include "daemon/AccessRulesLoader.hxx"

#include "config/GroupFile.hxx"
#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <string>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

// The text of an open file, of which there is no more than max_bytes.
std::string readAll(int fd, std::size_t max_bytes, const std::string &path)
{
    std::string text(max_bytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
        if (count < 0 && errno != EINTR)
            throw ConfigError(path + ": can't be read: " + errnoText(errno));
        if (count == 0)
            break;
        if (count > 0)
            size += static_cast<std::size_t>(count);
    }
    if (size > max_bytes)
        throw ConfigError(path + ": larger than " + std::to_string(max_bytes) + " bytes");
    text.resize(size);
    return text;
}

GroupFile readGroups(const std::string &path)
{
    if (path.empty())
        return {};
    try {
        const TrustedFile file(path);
        const std::string text = readAll(file.fd(), GroupFile::max_bytes, path);
        file.requireUnchanged();
        return GroupFile(text, path);
    } catch (const PluginError &error) {
        throw ConfigError(std::string("groups_file: ") + error.what());
    }
}

void warnOfUnknownGroups(const ServerConfig &config, const GroupFile &groups)
{
    for (const auto &rule : config.allow) {
        for (const auto &user : rule.users) {
            if (!user.starts_with('@') || groups.names(user.substr(1)) || isSystemGroup(user.substr(1)))
                continue;
            logWarning("the rule [[allow]] in line " + std::to_string(rule.line) + " is for " + user +
                       ", but there is no such group, neither " +
                       (config.groups_file.empty() ? "in a groups_file" : "in " + config.groups_file) +
                       " nor in the system");
        }
    }
}

} // namespace

AccessRules loadAccessRules(const ServerConfig &config)
{
    GroupFile groups = readGroups(config.groups_file);
    warnOfUnknownGroups(config, groups);
    return AccessRules(config, lookupIn(std::move(groups)));
}

} // namespace netsane
