// Secret files and locked memory of the plugin host, owned by objects. The host table outlives them.

#pragma once

#include <memory>
#include <netsane/plugin.h>
#include <new>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace netsane {

/// The secret file that a configuration key names, held in locked memory.
class HostFile {
public:
    /// Throws std::runtime_error; the host has logged the reason.
    HostFile(const netsane_host_v1 &host, const char *key) : host_(host)
    {
        if (host_.open_file(host_.host, key, NETSANE_FILE_SECRET, &data_, &size_) != 0)
            throw std::runtime_error("the password file can't be read");
    }
    ~HostFile() { host_.close_file(host_.host, data_); }
    HostFile(const HostFile &) = delete;
    HostFile &operator=(const HostFile &) = delete;

    std::string_view text() const noexcept { return {static_cast<const char *>(data_), size_}; }

private:
    const netsane_host_v1 &host_;
    const void *data_ = nullptr;
    size_t size_ = 0;
};

struct HostMemoryDeleter {
    const netsane_host_v1 *host;
    void operator()(void *data) const noexcept { host->secure_free(host->host, data); }
};

template<class T>
using HostMemory = std::unique_ptr<T, HostMemoryDeleter>;

/// A zeroed T in locked memory that is wiped at the end. Throws std::bad_alloc.
template<class T>
HostMemory<T> makeHostMemory(const netsane_host_v1 &host)
{
    static_assert(std::is_trivially_default_constructible_v<T> && std::is_trivially_destructible_v<T>);
    void *const data = host.secure_alloc(host.host, sizeof(T));
    if (data == nullptr)
        throw std::bad_alloc();
    return HostMemory<T>(static_cast<T *>(data), HostMemoryDeleter{&host});
}

} // namespace netsane
