// Deliberately bad: a crypt method whose streams misbehave as the configuration key "fault" says: "create",
// "create-throws", "state" (unknown one), "renegotiate" (HANDSHAKE after OPEN), "count" (more than asked for), "throw",
// "end" (no final state after the end of the wire), "error", "write" (an error when it is to send). Otherwise it is
// open and swallows everything.

#include "CryptBoundary.hxx"

#include <stdexcept>
#include <string>

namespace {

class FaultyStream {
public:
    explicit FaultyStream(std::string fault) : fault_(std::move(fault)) {}

    size_t pushWire(std::span<const std::byte> bytes)
    {
        touched_ = true;
        if (fault_ == "throw")
            throw std::runtime_error("push_wire fell over");
        return bytes.size() + (fault_ == "count" ? 1 : 0);
    }
    size_t pullWire(std::span<std::byte> space) { return fault_ == "count" ? space.size() + 1 : 0; }
    size_t readPlain(std::span<std::byte> space) { return fault_ == "count" ? space.size() + 1 : 0; }
    size_t writePlain(std::span<const std::byte> bytes)
    {
        wrote_ = true;
        return bytes.size() + (fault_ == "count" ? 1 : 0);
    }
    void endWire() { ended_ = fault_ != "end"; }
    void shutdown() {}
    size_t pendingWire() const { return 0; }
    size_t pendingPlain() const { return 0; }
    uint32_t state() const
    {
        if (touched_ && fault_ == "state")
            return 99;
        if (touched_ && fault_ == "renegotiate")
            return NETSANE_STATE_HANDSHAKE;
        if ((touched_ && fault_ == "error") || (wrote_ && fault_ == "write"))
            return NETSANE_STATE_ERROR;
        return ended_ ? NETSANE_STATE_CLOSED : NETSANE_STATE_OPEN;
    }
    const char *errorText() const { return "bad\033[1m record"; }
    size_t exportBinding(std::span<std::byte> space) const { return fault_ == "count" ? space.size() + 1 : 0; }
    const char *peer(uint32_t) const { return nullptr; }

private:
    const std::string fault_;
    bool touched_ = false;
    bool wrote_ = false;
    bool ended_ = false;
};

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

int32_t create(void *method, const netsane_crypt_params_v1 *, void **stream)
{
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    const char *const fault = host->config(host->host, "fault");
    const std::string text = fault != nullptr ? fault : "";
    if (text == "create-throws")
        throw std::runtime_error("create");
    if (text == "create")
        return -1;
    *stream = std::make_unique<FaultyStream>(text).release();
    return 0;
}

constexpr netsane_crypt_ops_v1 operations = netsane::CryptBoundary<FaultyStream>::operations(create);

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_CRYPT,
    .method_id = 0x8020,
    .flags = NETSANE_FLAG_TEST_ONLY,
    .name = "faulty",
    .version = "1",
    .init = init,
    .fini = nullptr,
    .auth_server = nullptr,
    .auth_client = nullptr,
    .crypt_server = &operations,
    .crypt_client = &operations,
};

} // namespace

NETSANE_PLUGIN_ENTRY(crypt_faulty)
{
    (void)host_minor;
    return &plugin;
}
