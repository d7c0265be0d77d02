#include "config/ControlSocketPath.hxx"

#include "config/CertificateFiles.hxx"

#include <cstdlib>

namespace netsane {

std::string controlSocketPath(const ServerConfig &config, const std::string &system_folder, bool as_root)
{
    constexpr const char *name = "/control";
    if (config.control_socket)
        return *config.control_socket;
    if (as_root)
        return system_folder + name;
    const char *const runtime_folder = std::getenv("XDG_RUNTIME_DIR");
    if (runtime_folder && *runtime_folder == '/')
        return std::string(runtime_folder) + "/netsane" + name;
    try {
        return stateFolder(config, "", false) + name;
    } catch (const ConfigError &) { // no home: there is no place for it
        return {};
    }
}

} // namespace netsane
