#include "daemon/CryptMethods.hxx"

#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <utility>

namespace netsane {

CryptServices::CryptServices(const SessionSetup &setup, std::vector<UniqueFd> fds) : trial_(setup.trial)
{
    setSettings(setup.settings);
    auto next = fds.begin();
    for (const auto &entry : setup.files) {
        File &file = files_[entry.path];
        file.real_path = entry.real_path;
        file.failure = entry.failure;
        if (!file.failure.empty())
            continue;
        if (next == fds.end())
            file.failure = entry.path + ": its descriptor was lost on the way, this process has too many";
        else
            file.fd = std::move(*next++);
    }
}

// A trial may come to nothing: what its methods have found must not be taken for what is in use.
void CryptServices::log(PluginLogLevel level, std::string_view module, std::string_view text)
{
    const bool only_told = level == PluginLogLevel::Info;
    DaemonPluginServices::log(trial_ && only_told ? PluginLogLevel::Debug : level, module, text);
}

SecureBytes CryptServices::readFile(const std::string &path, bool secret)
{
    const auto found = files_.find(path);
    if (found == files_.end())
        throw PluginError(path + ": a crypt method's files can be read in its init only, and have to be in its "
                                 "section of the configuration when the process starts");
    const File &file = found->second;
    if (!file.failure.empty())
        throw PluginError(file.failure);
    UniqueFd fd(::fcntl(file.fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd)
        throw PluginError(path + ": " + std::generic_category().message(errno));
    return readOpenFile(TrustedFile(std::move(fd), file.real_path), secret);
}

CryptMethods::CryptMethods(const SessionSetup &setup, std::vector<UniqueFd> fds)
    : services_(setup, std::move(fds)), plugins_(setup.plugin_dir, services_)
{
    for (const auto &name : setup.crypt) {
        list_.push_back(&plugins_.load(PluginKind::Crypt, name));
        services_.warnOfUnasked(PluginKind::Crypt, name);
    }
    services_.closeFiles();
}

} // namespace netsane
