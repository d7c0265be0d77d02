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
    return found->second;
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
