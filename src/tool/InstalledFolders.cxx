#include "tool/InstalledFolders.hxx"

#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane {

namespace {

std::string rootFolder()
{
    const std::string own_folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    constexpr std::string_view bin_folder = NETSANE_BINDIR;
    return own_folder.ends_with(bin_folder) ? own_folder.substr(0, own_folder.size() - bin_folder.size()) : "";
}

} // namespace

std::string configFolder()
{
    return rootFolder() + NETSANE_SYSCONFDIR "/netsane";
}

std::string systemStateFolder()
{
    return rootFolder() + NETSANE_STATEDIR;
}

std::string systemRunFolder()
{
    return rootFolder() + NETSANE_RUNSTATEDIR;
}

std::string programFolder()
{
    return rootFolder() + NETSANE_LIBEXECDIR;
}

std::string serverFolder()
{
    return rootFolder() + NETSANE_SBINDIR;
}

std::string methodFolder()
{
    return rootFolder() + NETSANE_PLUGINDIR;
}

bool isRootsConfiguration(const std::string &config_file)
{
    struct stat status {};
    return ::geteuid() == 0 || (::stat(config_file.c_str(), &status) == 0 && status.st_uid == 0);
}

} // namespace netsane
