// The C operations over the stream class of a test module.

#pragma once

#include <memory>
#include <netsane/plugin.h>
#include <span>

namespace netsane {

template<class Stream>
struct CryptBoundary {
    static Stream &self(void *stream) { return *static_cast<Stream *>(stream); }

    static size_t pushWire(void *stream, const void *data, size_t size)
    {
        return self(stream).pushWire({static_cast<const std::byte *>(data), size});
    }
    static size_t pullWire(void *stream, void *data, size_t size)
    {
        return self(stream).pullWire({static_cast<std::byte *>(data), size});
    }
    static size_t readPlain(void *stream, void *data, size_t size)
    {
        return self(stream).readPlain({static_cast<std::byte *>(data), size});
    }
    static size_t writePlain(void *stream, const void *data, size_t size)
    {
        return self(stream).writePlain({static_cast<const std::byte *>(data), size});
    }
    static void endWire(void *stream) { self(stream).endWire(); }
    static size_t pending(void *stream, uint32_t what)
    {
        return what == NETSANE_PENDING_WIRE ? self(stream).pendingWire() : self(stream).pendingPlain();
    }
    static void shutdown(void *stream) { self(stream).shutdown(); }
    static uint32_t state(void *stream) { return self(stream).state(); }
    static const char *errorText(void *stream) { return self(stream).errorText(); }
    static size_t exportBinding(void *stream, void *data, size_t size)
    {
        return self(stream).exportBinding({static_cast<std::byte *>(data), size});
    }
    static const char *peer(void *stream, uint32_t what) { return self(stream).peer(what); }
    static void freeStream(void *stream) { const std::unique_ptr<Stream> owned(&self(stream)); }

    static constexpr netsane_crypt_ops_v1 operations(int32_t (*create)(void *, const netsane_crypt_params_v1 *,
                                                                       void **))
    {
        return {sizeof(netsane_crypt_ops_v1),
                0,
                create,
                pushWire,
                pullWire,
                readPlain,
                writePlain,
                endWire,
                pending,
                shutdown,
                state,
                errorText,
                exportBinding,
                peer,
                freeStream};
    }
};

} // namespace netsane
