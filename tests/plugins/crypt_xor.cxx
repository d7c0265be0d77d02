// The descriptor of crypt_xor, id 0x8001.

#include "CryptBoundary.hxx"
#include "XorStream.hxx"

namespace {

using netsane::XorStream;

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

int32_t create(void *method, const netsane_crypt_params_v1 *params, void **stream)
{
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    unsigned char key = 0;
    if (host->random(host->host, &key, sizeof key) != 0)
        return -1;
    *stream = std::make_unique<XorStream>(static_cast<std::byte>(key | 1U), params->role, params->peer_name).release();
    return 0;
}

constexpr netsane_crypt_ops_v1 operations = netsane::CryptBoundary<XorStream>::operations(create);

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_CRYPT,
    .method_id = 0x8001,
    .flags = NETSANE_FLAG_TEST_ONLY,
    .name = "xor",
    .version = "1",
    .init = init,
    .fini = nullptr,
    .auth_server = nullptr,
    .auth_client = nullptr,
    .crypt_server = &operations,
    .crypt_client = &operations,
};

} // namespace

NETSANE_PLUGIN_ENTRY(crypt_xor)
{
    (void)host_minor;
    return &plugin;
}
