// The descriptor of NONE and its C operations.

#include "config.h"

#include "NoneStream.hxx"

#include <exception>
#include <memory>
#include <netsane/plugin.h>

namespace {

using netsane::NoneStream;

constexpr uint32_t method_id = 0; // NONE

NoneStream &self(void *stream) noexcept
{
    return *static_cast<NoneStream *>(stream);
}

std::span<const std::byte> bytesOf(const void *data, size_t size) noexcept
{
    return {static_cast<const std::byte *>(data), size};
}

std::span<std::byte> spaceOf(void *data, size_t size) noexcept
{
    return {static_cast<std::byte *>(data), size};
}

int32_t create(void *, const netsane_crypt_params_v1 *, void **stream) noexcept
{
    try {
        *stream = std::make_unique<NoneStream>().release();
        return 0;
    } catch (const std::exception &) {
        return -1;
    }
}

size_t pushWire(void *stream, const void *data, size_t size) noexcept
{
    return self(stream).pushWire(bytesOf(data, size));
}

size_t pullWire(void *stream, void *data, size_t size) noexcept
{
    return self(stream).pullWire(spaceOf(data, size));
}

size_t readPlain(void *stream, void *data, size_t size) noexcept
{
    return self(stream).readPlain(spaceOf(data, size));
}

size_t writePlain(void *stream, const void *data, size_t size) noexcept
{
    return self(stream).writePlain(bytesOf(data, size));
}

void endWire(void *stream) noexcept
{
    self(stream).endWire();
}

size_t pending(void *stream, uint32_t what) noexcept
{
    return what == NETSANE_PENDING_WIRE ? self(stream).pendingWire() : self(stream).pendingPlain();
}

void shutDown(void *stream) noexcept
{
    self(stream).shutdown();
}
uint32_t state(void *stream) noexcept
{
    return self(stream).state();
}
void freeStream(void *stream) noexcept
{
    const std::unique_ptr<NoneStream> owned(&self(stream));
}

const netsane_crypt_ops_v1 operations = {
    .struct_size = sizeof operations,
    .reserved = 0,
    .create = create,
    .push_wire = pushWire,
    .pull_wire = pullWire,
    .read_plain = readPlain,
    .write_plain = writePlain,
    .end_wire = endWire,
    .pending = pending,
    .shutdown = shutDown,
    .state = state,
    .error_text = nullptr,
    .export_binding = nullptr,
    .peer_identity = nullptr,
    .free = freeStream,
};

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_CRYPT,
    .method_id = method_id,
    .flags = NETSANE_FLAG_PASSTHROUGH,
    .name = "none",
    .version = PACKAGE_VERSION,
    .init = nullptr,
    .fini = nullptr,
    .auth_server = nullptr,
    .auth_client = nullptr,
    .crypt_server = &operations,
    .crypt_client = &operations,
};

} // namespace

NETSANE_PLUGIN_ENTRY(crypt_none)
{
    (void)host_minor;
    return &plugin;
}
