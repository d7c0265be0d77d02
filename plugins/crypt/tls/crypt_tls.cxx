// The descriptor of TLS and its C operations. No exception passes, and nothing stays in OpenSSL's error queue.

#include "config.h"

#include "HostSettings.hxx"
#include "TlsMethod.hxx"
#include "TlsStream.hxx"

#include <exception>
#include <memory>
#include <netsane/plugin.h>

namespace {

using netsane::ErrorQueue;
using netsane::TlsMethod;
using netsane::TlsStream;

constexpr uint32_t method_id = 1; // TLS

// What only moves bytes between queues, or counts them, throws nothing and doesn't ask OpenSSL: clearing its error
// queue would cost more than it.
TlsStream &streamOf(void *handle) noexcept
{
    return *static_cast<TlsStream *>(handle);
}

/// Runs an operation; an exception breaks the stream.
template<class Result, class Body>
Result guarded(void *handle, Result failure, Body &&body) noexcept
{
    const ErrorQueue clean;
    TlsStream &stream = streamOf(handle);
    try {
        return body(stream);
    } catch (const std::exception &error) {
        // short enough not to need memory
        stream.fail("no memory");
        (void)error;
    }
    return failure;
}

int32_t init(const netsane_host_v1 *host, void **method) noexcept
{
    netsane::startOpenssl();
    const ErrorQueue clean;
    try {
        *method = std::make_unique<TlsMethod>(*host).release();
        return 0;
    } catch (const netsane::LoggedError &) {
        return -1;
    } catch (const std::exception &error) {
        host->log(host->host, NETSANE_LOG_ERROR, error.what());
        return -1;
    }
}

void finish(void *method) noexcept
{
    const ErrorQueue clean;
    const std::unique_ptr<TlsMethod> owned(static_cast<TlsMethod *>(method));
}

int32_t create(void *handle, const netsane_crypt_params_v1 *params, void **stream) noexcept
{
    const ErrorQueue clean;
    const auto &method = *static_cast<const TlsMethod *>(handle);
    try {
        *stream = std::make_unique<TlsStream>(method, *params).release();
        return 0;
    } catch (const std::exception &error) {
        method.host().log(method.host().host, NETSANE_LOG_ERROR, error.what());
        return -1;
    }
}

size_t pushWire(void *stream, const void *data, size_t size) noexcept
{
    return guarded(stream, size_t{0}, [&](TlsStream &self) {
        return self.pushWire({static_cast<const std::byte *>(data), size});
    });
}

size_t pullWire(void *stream, void *data, size_t size) noexcept
{
    return streamOf(stream).pullWire({static_cast<std::byte *>(data), size});
}

size_t readPlain(void *stream, void *data, size_t size) noexcept
{
    return streamOf(stream).readPlain({static_cast<std::byte *>(data), size});
}

size_t writePlain(void *stream, const void *data, size_t size) noexcept
{
    return guarded(stream, size_t{0}, [&](TlsStream &self) {
        return self.writePlain({static_cast<const std::byte *>(data), size});
    });
}

void endWire(void *stream) noexcept
{
    guarded(stream, 0, [](TlsStream &self) { return self.endWire(), 0; });
}

size_t pending(void *stream, uint32_t what) noexcept
{
    const TlsStream &self = streamOf(stream);
    return what == NETSANE_PENDING_WIRE ? self.pendingWire() : self.pendingPlain();
}

void shutDown(void *stream) noexcept
{
    guarded(stream, 0, [](TlsStream &self) { return self.shutdown(), 0; });
}

uint32_t state(void *stream) noexcept
{
    return streamOf(stream).state();
}

const char *errorText(void *stream) noexcept
{
    const char *const none = nullptr;
    return guarded(stream, none, [](TlsStream &self) { return self.errorText(); });
}

size_t exportBinding(void *stream, void *data, size_t size) noexcept
{
    return guarded(stream, size_t{0}, [&](TlsStream &self) {
        return self.exportBinding({static_cast<std::byte *>(data), size});
    });
}

const char *peerIdentity(void *stream, uint32_t what) noexcept
{
    const char *const none = nullptr;
    return guarded(stream, none, [what](TlsStream &self) { return self.peer(what); });
}

void freeStream(void *stream) noexcept
{
    const ErrorQueue clean;
    const std::unique_ptr<TlsStream> owned(static_cast<TlsStream *>(stream));
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
    .error_text = errorText,
    .export_binding = exportBinding,
    .peer_identity = peerIdentity,
    .free = freeStream,
};

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_CRYPT,
    .method_id = method_id,
    .flags = 0,
    .name = "tls",
    .version = PACKAGE_VERSION,
    .init = init,
    .fini = finish,
    .auth_server = nullptr,
    .auth_client = nullptr,
    .crypt_server = &operations,
    .crypt_client = &operations,
};

} // namespace

NETSANE_PLUGIN_ENTRY(crypt_tls)
{
    (void)host_minor;
    return &plugin;
}
