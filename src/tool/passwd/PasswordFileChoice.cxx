#include "tool/passwd/PasswordFileChoice.hxx"

#include "tool/ToolError.hxx"

#include <algorithm>
#include <pwd.h>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace netsane {

namespace {

// Empty: none. As the methods themselves, it has no default.
std::string fileOf(const ServerConfig &config, const std::string &method)
{
    const auto section = config.auth_settings.find(method);
    if (section == config.auth_settings.end())
        return {};
    const auto file = section->second.find("file");
    return file == section->second.end() ? std::string() : file->second;
}

bool offers(const ServerConfig &config, std::string_view method)
{
    return std::ranges::find(config.auth, method) != config.auth.end();
}

} // namespace

std::string choosePasswordFile(const ServerConfig &config, std::optional<PasswordScheme> method)
{
    const std::string for_unix = fileOf(config, "unix");
    const std::string for_crypt = fileOf(config, "crypt");
    const bool differ = for_unix != for_crypt && !for_unix.empty() && !for_crypt.empty();
    std::string file = for_unix.empty() ? for_crypt : for_unix;
    if (method)
        file = *method == PasswordScheme::des ? for_crypt : for_unix;
    else if (offers(config, "crypt") && !offers(config, "unix"))
        file = for_crypt;
    else if (differ && offers(config, "unix") && offers(config, "crypt"))
        throw ToolError(ExitCode::usage, "[auth_unix] and [auth_crypt] have different files, " + for_unix + " and " +
                                             for_crypt + ": choose with --method or --file");
    if (file.empty())
        throw ToolError(ExitCode::failed, "netsaned.conf names no password file: set \"file\" in [auth_unix], or in "
                                          "[auth_crypt] for PASS_CRYPT; or name one with --file");
    if (file == "shadow")
        throw ToolError(ExitCode::failed, "[auth_unix] takes the system's users: use passwd(1) for them, or name a "
                                          "file of NETSANE's own with --file");
    if (!file.starts_with('/'))
        throw ToolError(ExitCode::failed, "netsaned.conf names \"" + file + "\": must be an absolute path");
    return file;
}

SecretFile::Owners passwordFileOwners(const ServerConfig &config)
{
    if (::geteuid() != 0 || config.user == "root")
        return {};
    const passwd *const entry = ::getpwnam(config.user.c_str());
    if (!entry)
        return {};
    return {entry->pw_uid, entry->pw_gid};
}

std::string methodMissing(const ServerConfig &config, PasswordScheme scheme)
{
    // PASS_UNIX takes passwords in any form, PASS_CRYPT in DES alone.
    if (offers(config, "unix") || (scheme == PasswordScheme::des && offers(config, "crypt")))
        return {};
    return std::string("netsaned.conf offers no method for such a password: auth needs \"") +
           (scheme == PasswordScheme::des ? "crypt" : "unix") + "\"";
}

} // namespace netsane
