// The descriptor of PASS_PAM.

#include "config.h"

#include "PamClient.hxx"
#include "PamConfig.hxx"
#include "PamServer.hxx"
#include "common/Boundary.hxx"

#include <exception>
#include <netsane/plugin.h>
#include <unistd.h>

namespace {

constexpr uint32_t method_id = 3; // PASS_PAM

int32_t init(const netsane_host_v1 *host, void **method) noexcept
{
    // the table itself is all the state there is
    *method = const_cast<netsane_host_v1 *>(host);
    if ((host->roles & NETSANE_ROLE_SERVER) == 0)
        return 0;
    try {
        netsane::requirePamService(netsane::readPamConfig(*host));
    } catch (const std::exception &error) {
        host->log(host->host, NETSANE_LOG_ERROR, error.what());
        return -1;
    }
    if (::getuid() != 0)
        host->log(host->host, NETSANE_LOG_WARNING,
                  "PAM doesn't run as root here: most of its modules can't check other users' passwords");
    return 0;
}

void cancel(void *exchange) noexcept
{
    static_cast<netsane::ExchangeHandle<netsane::PamServer> *>(exchange)->exchange.cancel();
}

constexpr netsane_auth_ops_v1 serverOperations()
{
    netsane_auth_ops_v1 operations = netsane::exchangeOperations<netsane::PamServer>();
    operations.cancel = cancel;
    return operations;
}

constexpr netsane_auth_ops_v1 server_operations = serverOperations();
constexpr netsane_auth_ops_v1 client_operations = netsane::exchangeOperations<netsane::PamClient>();

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = method_id,
    .flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY | NETSANE_FLAG_NEEDS_ROOT | NETSANE_FLAG_BLOCKING,
    .name = "pam",
    .version = PACKAGE_VERSION,
    .init = init,
    .fini = nullptr,
    .auth_server = &server_operations,
    .auth_client = &client_operations,
    .crypt_server = nullptr,
    .crypt_client = nullptr,
};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_pam)
{
    (void)host_minor;
    return &plugin;
}
