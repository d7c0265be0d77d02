#include "config/CertificateFiles.hxx"

#include <algorithm>
#include <cstdlib>
#include <pwd.h>
#include <string_view>
#include <unistd.h>

namespace netsane {

namespace {

// The one method that src/ knows by its name: a server must have a certificate before the method can start.
constexpr std::string_view method = "tls";

std::string absoluteFrom(const char *variable)
{
    const char *const value = std::getenv(variable);
    return value && *value == '/' ? value : "";
}

std::string homeFolder()
{
    if (auto home = absoluteFrom("HOME"); !home.empty())
        return home;
    const passwd *const entry = ::getpwuid(::geteuid());
    if (!entry || !entry->pw_dir || *entry->pw_dir != '/')
        throw ConfigError("state_dir: must be set, as the user who starts netsaned has no home");
    return entry->pw_dir;
}

std::string setting(const ServerConfig &config, const char *key)
{
    const auto section = config.crypt_settings.find(method);
    if (section == config.crypt_settings.end())
        return {};
    const auto value = section->second.find(key);
    return value == section->second.end() ? std::string() : value->second;
}

} // namespace

std::string stateFolder(const ServerConfig &config, const std::string &system_folder, bool as_root)
{
    if (!config.state_dir.empty())
        return config.state_dir;
    if (as_root)
        return system_folder;
    const std::string state_home = absoluteFrom("XDG_STATE_HOME");
    return (state_home.empty() ? homeFolder() + "/.local/state" : state_home) + "/netsane";
}

CertificateFiles certificateFiles(const ServerConfig &config, const std::string &state_folder)
{
    if (std::find(config.crypt.begin(), config.crypt.end(), method) == config.crypt.end())
        return {};
    const CertificateFiles configured{setting(config, "certificate"), setting(config, "key")};
    if (!configured.certificate.empty() || !configured.key.empty())
        return configured;
    return {state_folder + "/tls/certificate.pem", state_folder + "/tls/key.pem", true};
}

void useCertificate(ServerConfig &config, const CertificateFiles &files)
{
    auto &settings = config.crypt_settings[std::string(method)];
    settings.insert_or_assign("certificate", files.certificate);
    settings.insert_or_assign("key", files.key);
}

} // namespace netsane
