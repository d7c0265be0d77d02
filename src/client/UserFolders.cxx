#include "client/UserFolders.hxx"

#include <cstdlib>
#include <sys/auxv.h>
#include <unistd.h>

namespace netsane {

namespace {

std::optional<std::string> folderOf(const char *variable)
{
    const char *const value = std::getenv(variable);
    return value && *value == '/' ? std::optional<std::string>(value) : std::nullopt;
}

} // namespace

bool hasForeignRights() noexcept
{
    return ::getuid() != ::geteuid() || ::getgid() != ::getegid() || ::getauxval(AT_SECURE) != 0;
}

std::optional<std::string> homeFolder()
{
    return folderOf("HOME");
}

std::optional<std::string> userConfigFolder()
{
    if (auto folder = folderOf("XDG_CONFIG_HOME"))
        return folder;
    if (const auto home = homeFolder())
        return *home + "/.config";
    return std::nullopt;
}

} // namespace netsane
