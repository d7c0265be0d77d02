#include "tool/check/FileChecks.hxx"

#include "certificate/Certificate.hxx"
#include "config/CertificateFiles.hxx"
#include "plugin/MethodDescription.hxx"
#include "plugin/Module.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <set>
#include <system_error>

namespace netsane {

namespace {

constexpr double warn_days = 14;

std::string setting(const ServerConfig &config, const std::string &method, const std::string &key)
{
    const auto section = config.auth_settings.find(method);
    if (section == config.auth_settings.end())
        return {};
    const auto value = section->second.find(key);
    return value == section->second.end() ? std::string() : value->second;
}

bool offers(const ServerConfig &config, std::string_view method)
{
    return std::find(config.auth.begin(), config.auth.end(), method) != config.auth.end();
}

// Of "2026-01-31 23:59:59 UTC".
double daysUntil(const std::string &date, std::time_t now)
{
    std::tm parts{};
    if (!::strptime(date.c_str(), "%Y-%m-%d %H:%M:%S", &parts))
        return warn_days;
    return std::difftime(::timegm(&parts), now) / (24 * 3600);
}

CheckFinding judgeCertificate(const CertificateFiles &files, std::time_t now)
{
    const std::string renew = files.own
                                  ? "remove it and its key, and \"netsane reload\" makes another; clients have to "
                                    "be told its new fingerprint"
                                  : "renew it, then \"netsane reload\"";
    try {
        const Certificate certificate = readCertificateFile(files.certificate);
        const double days = daysUntil(certificate.valid_until, now);
        const std::string text =
            files.certificate + " is valid until " + certificate.valid_until + ", " + certificate.fingerprint;
        if (certificate.expired)
            return {CheckLevel::fail, "certificate", files.certificate + " has expired: " + certificate.valid_until,
                    renew};
        if (days < warn_days)
            return {CheckLevel::warn, "certificate", text, "it expires soon: " + renew};
        return {CheckLevel::ok, "certificate", text, ""};
    } catch (const std::exception &error) {
        return {CheckLevel::fail, "certificate", error.what(), "name one in PEM by [crypt_tls] certificate"};
    }
}

CheckFinding judgeKey(const std::string &path)
{
    try {
        const TrustedFile key(path);
        key.requireSecret();
        return {CheckLevel::ok, "certificate", path + " is for its owner and group only", ""};
    } catch (const PluginError &error) {
        return {CheckLevel::fail, "certificate", error.what(),
                "the key and the folders above it belong to root, or to who starts netsaned, and nobody else may "
                "change them; nobody but owner and group may read the key (chmod 0600)"};
    }
}

CheckFinding judgePasswordFile(const std::string &path, const std::string &method)
{
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error)
        return {CheckLevel::fail, "passwords", path + " isn't there: nobody can log in by \"" + method + "\"",
                "\"netsane passwd NAME\" makes it"};
    try {
        const TrustedFile file(path);
        file.requireSecret();
        return {CheckLevel::ok, "passwords", path + " can be read by netsaned, and not by others", ""};
    } catch (const PluginError &refusal) {
        return {
            CheckLevel::fail, "passwords", refusal.what(),
            "it belongs to netsaned's user (mode 0600), or to root and that user's group (0640); \"netsane passwd\" "
            "makes a new one so"};
    }
}

CheckFinding judgeModule(const std::string &folder, PluginKind kind, const std::string &name)
{
    const std::string file_name = std::string(kindName(kind)) + "_" + name + ".so";
    try {
        const TrustedFile file(trustedFolder(folder), file_name);
        const Module module(file.realPath());
        module.makeResident();
        const auto description = describeMethod(module.entry()(NETSANE_PLUGIN_MINOR), kind, name, NETSANE_ROLE_SERVER);
        return {CheckLevel::ok, "plugins",
                file_name + ": " + description.version + ", method " + std::to_string(description.id), ""};
    } catch (const PluginError &error) {
        return {CheckLevel::fail, "plugins", file_name + ": " + error.what(),
                "take \"" + name + "\" out of the list " + std::string(kindName(kind)) + ", or see to the file in " +
                    folder};
    }
}

} // namespace

CheckFindings checkCertificate(const ServerConfig &config, const std::string &state_folder, std::time_t now)
{
    const auto files = certificateFiles(config, state_folder);
    if (std::find(config.crypt.begin(), config.crypt.end(), "tls") == config.crypt.end())
        return {{CheckLevel::warn, "certificate",
                 "crypt doesn't offer \"tls\": pages and passwords cross the network "
                 "in clear",
                 "add \"tls\" to crypt"}};
    std::error_code error;
    if (files.own && !std::filesystem::exists(files.certificate, error) && !error)
        return {{CheckLevel::ok, "certificate",
                 "there is none yet, netsaned makes one when it starts: " + files.certificate, ""}};
    CheckFindings findings{judgeCertificate(files, now)};
    if (!files.key.empty())
        findings.push_back(judgeKey(files.key));
    return findings;
}

bool judgesAsRoot(const ServerConfig &config)
{
    return offers(config, "pam") || (offers(config, "unix") && setting(config, "unix", "file") == "shadow");
}

CheckFindings checkPasswordFiles(const ServerConfig &config)
{
    CheckFindings findings;
    std::set<std::string> seen;
    for (const std::string method : {"unix", "crypt"}) {
        const std::string file = setting(config, method, "file");
        if (offers(config, method) && file.starts_with('/') && seen.insert(file).second)
            findings.push_back(judgePasswordFile(file, method));
    }
    if (config.auth.empty())
        findings.push_back({CheckLevel::warn, "passwords", "auth = []: nobody is asked to log in",
                            "name methods in auth, unless that is meant"});
    return findings;
}

CheckFindings checkModules(const ServerConfig &config, const std::string &installed_folder)
{
    const LtdlUse ltdl;
    const std::string &folder = config.plugin_dir.empty() ? installed_folder : config.plugin_dir;
    CheckFindings findings;
    for (const auto &name : config.crypt)
        findings.push_back(judgeModule(folder, PluginKind::Crypt, name));
    for (const auto &name : config.auth)
        findings.push_back(judgeModule(folder, PluginKind::Auth, name));
    return findings;
}

} // namespace netsane
