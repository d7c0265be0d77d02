#include "os/Secret.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <cerrno>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane {

Secret::Secret(std::string_view text) : bytes_(text.size() + 1)
{
    std::ranges::copy(std::as_bytes(std::span(text)), bytes_.data()); // the NUL is there already
}

const char *Secret::c_str() const noexcept
{
    return bytes_.size() == 0 ? "" : reinterpret_cast<const char *>(bytes_.data());
}

void wipeText(std::string &text) noexcept
{
    // The whole block: a short text may have been a longer one before. Within the capacity resize() doesn't throw.
    text.resize(text.capacity());
    wipe(std::as_writable_bytes(std::span(text.data(), text.size())));
    text.clear();
}

std::optional<SecureBytes> readSecretFile(int fd, std::size_t max_bytes)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        throwErrno("fstat");
    const auto announced = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0));
    if (announced > max_bytes)
        return std::nullopt;
    // One byte more, to see the end; and what grows while it is read is too long.
    SecureBytes bytes(announced + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        const auto count = ::read(fd, bytes.data() + size, bytes.size() - size);
        if (count == 0)
            break;
        if (count > 0)
            size += static_cast<std::size_t>(count);
        else if (errno != EINTR)
            throwErrno("read");
    }
    if (size == bytes.size())
        return std::nullopt;
    bytes.shrink(size);
    return bytes;
}

} // namespace netsane
