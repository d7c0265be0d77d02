// The checked copy of a plugin's descriptor.

#pragma once

#include "plugin/PluginServices.hxx"

#include <cstdint>
#include <netsane/plugin.h>
#include <string>
#include <string_view>

namespace netsane {

/// Functions belong to the module. Operations with struct_size 0: the role is not supported.
struct MethodDescription {
    PluginKind kind{};
    uint32_t id = 0;
    uint32_t flags = 0;
    std::string name;
    std::string version;
    int32_t (*init)(const netsane_host_v1 *, void **) = nullptr;
    void (*fini)(void *) = nullptr;
    netsane_auth_ops_v1 auth_server{};
    netsane_auth_ops_v1 auth_client{};
    netsane_crypt_ops_v1 crypt_server{};
    netsane_crypt_ops_v1 crypt_client{};
};

/// Checks a descriptor and all that it points to, and copies it. Reads no field outside the sizes that it states.
/// Throws PluginError with the reason alone.
/// @param roles NETSANE_ROLE_ bits, one of which the method must support
MethodDescription describeMethod(const netsane_plugin_v1 *plugin, PluginKind kind, std::string_view name,
                                 uint32_t roles);

} // namespace netsane
