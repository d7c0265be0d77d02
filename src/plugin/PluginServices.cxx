#include "plugin/PluginServices.hxx"

#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <sys/random.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

constexpr size_t max_file_bytes = 1U << 20U;

} // namespace

std::string_view kindName(PluginKind kind) noexcept
{
    return kind == PluginKind::Auth ? "auth" : "crypt";
}

std::chrono::milliseconds PluginServices::monotonicNow() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

int64_t PluginServices::wallSeconds() const
{
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void PluginServices::randomBytes(std::span<std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
        if (count < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "reading random bytes");
        if (count > 0)
            bytes = bytes.subspan(static_cast<size_t>(count));
    }
}

SecureBytes PluginServices::readFile(const std::string &path, bool secret)
{
    return readOpenFile(TrustedFile(path), secret);
}

SecureBytes PluginServices::readOpenFile(const TrustedFile &file, bool secret)
{
    const std::string &path = file.realPath();
    if (secret)
        file.requireSecret();
    if (file.size() > max_file_bytes)
        throw PluginError(path + ": larger than " + std::to_string(max_file_bytes) + " bytes");
    // one byte more, so that a file that grows meanwhile is noticed
    SecureBytes contents(file.size() + 1);
    size_t filled = 0;
    while (filled < contents.size()) {
        const ssize_t count =
            ::pread(file.fd(), contents.data() + filled, contents.size() - filled, static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw PluginError(path + ": " + std::generic_category().message(errno));
        if (count == 0)
            break;
        filled += static_cast<size_t>(count);
    }
    if (filled != file.size())
        throw PluginError(path + ": changed while it was read");
    contents.shrink(filled);
    return contents;
}

} // namespace netsane
