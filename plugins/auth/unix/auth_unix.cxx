// The descriptor of PASS_UNIX.

#include "config.h"

#include "PasswordCheck.hxx"
#include "UnixClient.hxx"
#include "UnixServer.hxx"
#include "common/Boundary.hxx"

#include <exception>
#include <netsane/plugin.h>

namespace {

constexpr uint32_t method_id = 1; // PASS_UNIX

int32_t init(const netsane_host_v1 *host, void **method) noexcept
{
    // the table itself is all the state there is
    *method = const_cast<netsane_host_v1 *>(host);
    if ((host->roles & NETSANE_ROLE_SERVER) == 0)
        return 0;
    try {
        netsane::checkPasswordFile(*host);
        return 0;
    } catch (const std::exception &) {
        return -1; // the reason is logged
    }
}

constexpr netsane_auth_ops_v1 server_operations = netsane::exchangeOperations<netsane::UnixServer>();
constexpr netsane_auth_ops_v1 client_operations = netsane::exchangeOperations<netsane::UnixClient>();

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = method_id,
    .flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY,
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
