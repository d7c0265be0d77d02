// Loads methods and keeps them: the registry that turns the numbers of PASS_REQ and CRPT_REQ into plugins. One per
// program (or per connection in the client library), not to be shared by threads; several may live in a process.
//
// Nothing is loaded but what load() names: there is no search path and no scan. A module that was accepted stays mapped
// for the life of the process, its method ends (fini) with the host.

#pragma once

#include "plugin/Method.hxx"
#include "plugin/PluginError.hxx"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace netsane {

class PluginHost {
public:
    /// @param plugin_dir absolute path; looked at when the first method is loaded
    /// @param services used until the end of the host; not owned
    /// Throws PluginError if libltdl can't be initialised.
    PluginHost(std::string plugin_dir, PluginServices &services);
    ~PluginHost();
    PluginHost(const PluginHost &) = delete;
    PluginHost &operator=(const PluginHost &) = delete;

    /// Checks, loads and initialises <plugin_dir>/auth_<name>.so or crypt_<name>.so. A method that is loaded already is
    /// returned as it is. Blocks on the disk and for as long as the plugin's init does. Throws PluginError with file
    /// and reason, and NeedsRootError where its init asks for root; the host then is as before.
    /// @param name matches [a-z0-9_-]+, at most 64 bytes
    const Method &load(PluginKind kind, std::string_view name);

    /// In the order of loading. Valid until the next load.
    std::span<const Method *const> methods(PluginKind kind) const noexcept;

    /// The method with this number, or nullptr.
    const Method *find(PluginKind kind, uint32_t id) const noexcept;

private:
    struct State;
    const std::unique_ptr<State> state_;
};

} // namespace netsane
