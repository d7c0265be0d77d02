// A loaded and initialised plugin: what the registry and the engine know about an auth or crypt method, and the way to
// its operations for AuthExchange and CryptStream. Owned by PluginHost and valid as long as it lives; every exchange
// and stream made from it must be gone before.

#pragma once

#include "plugin/MethodDescription.hxx"
#include "plugin/PluginServices.hxx"

#include <cstdint>
#include <netsane/plugin.h>
#include <string>

namespace netsane {

class Method {
public:
    virtual ~Method() = default;
    Method(const Method &) = delete;
    Method &operator=(const Method &) = delete;

    PluginKind kind() const noexcept { return description_.kind; }
    uint32_t id() const noexcept { return description_.id; }
    const std::string &name() const noexcept { return description_.name; }
    const std::string &version() const noexcept { return description_.version; }

    /// @param flag a NETSANE_FLAG_ bit
    bool has(uint32_t flag) const noexcept { return (description_.flags & flag) != 0; }
    bool supports(Role role) const noexcept;

    /// The operations of a role, or nullptr. For AuthExchange and CryptStream only.
    const netsane_auth_ops_v1 *authOperations(Role role) const noexcept;
    const netsane_crypt_ops_v1 *cryptOperations(Role role) const noexcept;

    /// What the plugin's init has set.
    void *state() const noexcept { return state_; }
    PluginServices &services() const noexcept { return services_; }

protected:
    Method(MethodDescription description, PluginServices &services);

    const MethodDescription description_;
    PluginServices &services_;
    void *state_ = nullptr;
};

} // namespace netsane
