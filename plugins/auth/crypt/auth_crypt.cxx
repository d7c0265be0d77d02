// The descriptor of PASS_CRYPT.

#include "config.h"

#include "CryptClient.hxx"
#include "CryptServer.hxx"
#include "common/Boundary.hxx"
#include "common/HostPasswordFile.hxx"

#include <crypt.h>
#include <exception>
#include <netsane/plugin.h>
#include <string>

namespace {

constexpr uint32_t method_id = 2; // PASS_CRYPT

bool hasDes()
{
    const int answer = ::crypt_checksalt("AB");
    return answer != CRYPT_SALT_INVALID && answer != CRYPT_SALT_METHOD_DISABLED;
}

/// Reads the password file for a look at its form. Throws std::exception, and the reason is logged then.
void checkUsers(const netsane_host_v1 &host)
{
    const netsane::HostPasswordFile file(host);
    if (file.passwords().hasSecret())
        return;
    const std::string text =
        std::string(host.config(host.host, netsane::HostPasswordFile::key)) +
        " has no line #secret: with 43 random letters and digits; until it has, changes of passwords "
        "show which users don't exist";
    host.log(host.host, NETSANE_LOG_WARNING, text.c_str());
}

int32_t init(const netsane_host_v1 *host, void **method) noexcept
{
    // the table itself is all the state there is
    *method = const_cast<netsane_host_v1 *>(host);
    if (!hasDes()) {
        host->log(host->host, NETSANE_LOG_ERROR, "this system's crypt(3) can't do DES");
        return -1;
    }
    if ((host->roles & NETSANE_ROLE_SERVER) == 0)
        return 0;
    try {
        checkUsers(*host);
        return 0;
    } catch (const std::exception &) {
        return -1; // the reason is logged
    }
}

constexpr netsane_auth_ops_v1 server_operations = netsane::exchangeOperations<netsane::CryptServer>();
constexpr netsane_auth_ops_v1 client_operations = netsane::exchangeOperations<netsane::CryptClient>();

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = method_id,
    // the responses are enough to search for the password with
    .flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY,
    .name = "crypt",
    .version = PACKAGE_VERSION,
    .init = init,
    .fini = nullptr,
    .auth_server = &server_operations,
    .auth_client = &client_operations,
    .crypt_server = nullptr,
    .crypt_client = nullptr,
};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_crypt)
{
    (void)host_minor;
    return &plugin;
}
