#include "Wire.hxx"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace netsane {

namespace {

long control(BIO *, int command, long, void *) noexcept
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

} // namespace

UniqueBioMethod Wire::makeMethod()
{
    // a type without an index of its own: those are few, and for the whole process
    UniqueBioMethod method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "netsane wire"));
    if (method == nullptr || BIO_meth_set_read_ex(method.get(), readWire) != 1 ||
        BIO_meth_set_write_ex(method.get(), writeWire) != 1 || BIO_meth_set_ctrl(method.get(), control) != 1)
        throw std::bad_alloc();
    return method;
}

void Wire::connect(SSL *ssl, const BIO_METHOD *method)
{
    BIO *const bio = BIO_new(method);
    if (bio == nullptr)
        throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
}

size_t Wire::withdraw() noexcept
{
    return std::exchange(inbound_, {}).size();
}

int Wire::readWire(BIO *bio, char *data, size_t size, size_t *count) noexcept
{
    Wire &wire = *static_cast<Wire *>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *count = 0;
    if (wire.isFruitless())
        return 0; // without "retry" this is an error
    const auto taken =
        wire.inbound_.first(std::min({size, wire.inbound_.size(), max_fruitless_bytes - wire.fruitless_bytes_}));
    if (taken.empty()) {
        wire.hungry_ = true;
        BIO_set_retry_read(bio);
        return 0;
    }
    std::memcpy(data, taken.data(), taken.size());
    wire.inbound_ = wire.inbound_.subspan(taken.size());
    wire.fruitless_bytes_ += taken.size();
    *count = taken.size();
    return 1;
}

int Wire::writeWire(BIO *bio, const char *data, size_t size, size_t *count) noexcept
{
    Wire &wire = *static_cast<Wire *>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *count = 0;
    try {
        if (wire.outbound_.size() + size > max_outbound_bytes) {
            wire.overfull_ = true;
            return 0;
        }
        wire.outbound_.append({reinterpret_cast<const std::byte *>(data), size});
        *count = size;
        return 1;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

} // namespace netsane
