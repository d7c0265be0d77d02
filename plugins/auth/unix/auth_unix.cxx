// The descriptor of PASS_UNIX.

#include "config.h"

#include "PasswordCheck.hxx"
#include "UnixClient.hxx"
#include "UnixServer.hxx"
#include "common/Boundary.hxx"

#include <netsane/plugin.h>

namespace {

constexpr uint32_t method_id = 1; // PASS_UNIX

int32_t init(const netsane_host_v1 *host, void **method) noexcept
{
    // the table itself is all the state there is
    *method = const_cast<netsane_host_v1 *>(host);
    if ((host->roles & NETSANE_ROLE_SERVER) == 0)
        return 0;
    return netsane::checkUsers(*host);
}

constexpr netsane_auth_ops_v1 server_operations = netsane::exchangeOperations<netsane::UnixServer>();
constexpr netsane_auth_ops_v1 client_operations = netsane::exchangeOperations<netsane::UnixClient>();

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = method_id,
    // a good scheme of crypt(3) takes its time
    .flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY | NETSANE_FLAG_BLOCKING,
    .name = "unix",
    .version = PACKAGE_VERSION,
    .init = init,
    .fini = nullptr,
    .auth_server = &server_operations,
    .auth_client = &client_operations,
    .crypt_server = nullptr,
    .crypt_client = nullptr,
};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_unix)
{
    (void)host_minor;
    return &plugin;
}
