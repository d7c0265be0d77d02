#include "daemon/HandedFiles.hxx"

#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <fcntl.h>
#include <set>

namespace netsane {

HandedFiles::HandedFiles(const ServerConfig &config)
{
    std::set<std::string> paths;
    for (const auto &method : config.crypt)
        if (const auto section = config.crypt_settings.find(method); section != config.crypt_settings.end())
            for (const auto &[key, value] : section->second)
                if (value.starts_with('/'))
                    paths.insert(value);
    if (paths.size() > max_packet_fds)
        throw ConfigError("the methods in crypt have more than " + std::to_string(max_packet_fds) + " files");
    for (const auto &path : paths)
        add(path);
}

void HandedFiles::add(const std::string &path)
{
    try {
        TrustedFile file(path);
        list_.push_back({path, file.realPath(), ""});
        fds_.push_back(file.takeFd());
    } catch (const PluginError &error) {
        list_.push_back({path, "", error.what()});
    }
}

std::vector<UniqueFd> HandedFiles::duplicates() const
{
    std::vector<UniqueFd> copies;
    for (const auto &fd : fds_) {
        copies.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
        if (!copies.back())
            throwErrno("duplicate a descriptor");
    }
    return copies;
}

} // namespace netsane
