#include "plugin/Method.hxx"

#include <utility>

namespace netsane {

Method::Method(MethodDescription description, PluginServices &services)
    : description_(std::move(description)), services_(services)
{
}

bool Method::supports(Role role) const noexcept
{
    return authOperations(role) != nullptr || cryptOperations(role) != nullptr;
}

const netsane_auth_ops_v1 *Method::authOperations(Role role) const noexcept
{
    const netsane_auth_ops_v1 &operations = role == Role::Server ? description_.auth_server : description_.auth_client;
    return operations.struct_size != 0 ? &operations : nullptr;
}

const netsane_crypt_ops_v1 *Method::cryptOperations(Role role) const noexcept
{
    const netsane_crypt_ops_v1 &operations =
        role == Role::Server ? description_.crypt_server : description_.crypt_client;
    return operations.struct_size != 0 ? &operations : nullptr;
}

} // namespace netsane
