#include "daemon/ProgramPaths.hxx"

#include <filesystem>
#include <string_view>

namespace netsane {

ProgramPaths findProgramPaths()
{
    const std::string own_dir = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    constexpr std::string_view sbin_dir = NETSANE_SBINDIR;
    std::string root;
    if (own_dir.ends_with(sbin_dir))
        root = own_dir.substr(0, own_dir.size() - sbin_dir.size());
    return {root + NETSANE_LIBEXECDIR, root + NETSANE_PLUGINDIR, root + NETSANE_SYSCONFDIR "/netsane/netsaned.conf",
            root + NETSANE_STATEDIR, root + NETSANE_RUNSTATEDIR};
}

} // namespace netsane
