// A loaded and initialised plugin: what the registry and the engine know about an auth or crypt method, and the way to
// its operations for AuthExchange and CryptStream. Owned by PluginHost and valid as long as it lives; every exchange
// and stream made from it must be gone before.

#pragma once

#include "plugin/PluginServices.hxx"

#include <cstdint>
#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// The checked copy of a descriptor. Pointers to functions and operations belong to the module.
struct MethodDescription {
    PluginKind kind{};
    uint32_t id = 0;
    uint32_t flags = 0;
    std::string name;
    std::string version;
    int32_t (*init)(const netsane_host_v1 *, void **) = nullptr;
    void (*fini)(void *) = nullptr;
    netsane_auth_ops_v1 auth_server{}; ///< struct_size 0: role not supported
    netsane_auth_ops_v1 auth_client{};
    netsane_crypt_ops_v1 crypt_server{};
    netsane_crypt_ops_v1 crypt_client{};
};

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
