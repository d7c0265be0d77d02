// A server's method for tests, id 0x8031: logs what it is told about the channel, and lets in whose name the crypt
// method has verified, under that name, without a question.

#include <cstdint>
#include <netsane/plugin.h>
#include <string>

namespace {

struct Login {
    const netsane_host_v1 *host;
    void *exchange;
    std::string peer_name;
};

std::string hex(const void *data, size_t size)
{
    constexpr const char *digits = "0123456789abcdef";
    const auto *const bytes = static_cast<const unsigned char *>(data);
    std::string text;
    for (size_t i = 0; i < size; ++i)
        text.append(1, digits[bytes[i] >> 4U]).append(1, digits[bytes[i] & 15U]);
    return text;
}

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

uint32_t start(void *method, const netsane_auth_params_v1 *params, void **exchange)
{
    if (!NETSANE_HAS_FIELD(netsane_auth_params_v1, params, peer_name))
        return NETSANE_VERDICT_INTERNAL;
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    const std::string text = "peer_name=" + std::string(params->peer_name) +
                             " binding=" + hex(params->channel_binding, params->channel_binding_size);
    host->log(host->host, NETSANE_LOG_INFO, text.c_str());
    *exchange = new Login{host, params->exchange, params->peer_name};
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t step(void *exchange, netsane_auth_step_v1 *)
{
    const auto &login = *static_cast<Login *>(exchange);
    if (!login.peer_name.empty())
        return login.host->set_identity(login.exchange, login.peer_name.c_str()) == 0 ? NETSANE_VERDICT_OK
                                                                                      : NETSANE_VERDICT_FAIL;
    login.host->set_reason(login.exchange, "no certificate has told who it is");
    return NETSANE_VERDICT_FAIL;
}

void release(void *exchange)
{
    delete static_cast<Login *>(exchange);
}

const netsane_auth_ops_v1 server = {sizeof server, 0, start, step, nullptr, release};

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = 0x8031,
    .flags = NETSANE_FLAG_TEST_ONLY,
    .name = "seen",
    .version = "1",
    .init = init,
    .fini = nullptr,
    .auth_server = &server,
    .auth_client = nullptr,
    .crypt_server = nullptr,
    .crypt_client = nullptr,
};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_seen)
{
    (void)host_minor;
    return &plugin;
}
