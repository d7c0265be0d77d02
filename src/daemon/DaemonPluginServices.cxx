#include "daemon/DaemonPluginServices.hxx"

#include "daemon/Log.hxx"

#include <cstdlib>

namespace netsane {

void DaemonPluginServices::log(PluginLogLevel level, std::string_view module, std::string_view text)
{
    const std::string line = std::string(module) + ": " + std::string(text);
    switch (level) {
    case PluginLogLevel::Error:
        return logError(line);
    case PluginLogLevel::Warning:
        return logWarning(line);
    case PluginLogLevel::Info:
        return logInfo(line);
    case PluginLogLevel::Debug:
        return logDebug(line);
    }
}

std::optional<std::string> DaemonPluginServices::configValue(PluginKind kind, std::string_view method,
                                                             std::string_view key)
{
    std::string name(kindName(kind));
    name.append(".").append(method).append(".").append(key);
    const auto found = settings_.find(name);
    if (found == settings_.end())
        return std::nullopt;
    asked_.insert(name);
    return found->second;
}

void DaemonPluginServices::warnOfUnasked(PluginKind kind, std::string_view method)
{
    const std::string section = std::string(kindName(kind)).append("_").append(method);
    const std::string prefix = std::string(kindName(kind)).append(".").append(method).append(".");
    for (const auto &[name, value] : settings_)
        if (name.starts_with(prefix) && !asked_.contains(name))
            log(PluginLogLevel::Warning, section,
                "[" + section + "] " + name.substr(prefix.size()) + ": the method makes no use of this key");
}

std::uint32_t DaemonPluginServices::roles() const
{
    return static_cast<std::uint32_t>(Role::Server);
}

bool DaemonPluginServices::allowTestOnly() const
{
    return std::getenv("NETSANE_TEST_METHODS") != nullptr;
}

} // namespace netsane
