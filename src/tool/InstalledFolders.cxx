#include "tool/InstalledFolders.hxx"

#include <filesystem>
#include <string_view>

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

} // namespace netsane
