#include "tool/image/SpoolFile.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace netsane {

namespace {

std::string spoolFolder()
{
    const char *const folder = std::getenv("TMPDIR");
    return folder && *folder ? folder : "/var/tmp";
}

} // namespace

SpoolFile::SpoolFile()
{
    const auto folder = spoolFolder();
    auto name = folder + "/netsane.XXXXXX";
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        throwErrno("make a temporary file in " + folder);
    ::unlink(name.c_str());
    file_.reset(::fdopen(fd.get(), "w+b"));
    if (!file_)
        throwErrno("open a temporary file");
    static_cast<void>(fd.release());
}

void SpoolFile::append(std::span<const std::byte> bytes)
{
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
        throwErrno("write a temporary file");
}

void SpoolFile::flush()
{
    if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0)
        throwErrno("write a temporary file");
}

std::uint64_t SpoolFile::size()
{
    flush();
    const auto end = ::lseek(::fileno(file_.get()), 0, SEEK_END);
    if (end < 0)
        throwErrno("look at a temporary file");
    return size_ = static_cast<std::uint64_t>(end);
}

void SpoolFile::read(std::uint64_t offset, std::span<std::byte> space)
{
    if (offset + space.size() > size_)
        flush();
    while (!space.empty()) {
        const auto count = ::pread(::fileno(file_.get()), space.data(), space.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            throwErrno(count < 0 ? errno : EIO, "read a temporary file");
        space = space.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void SpoolFile::clear()
{
    flush();
    if (::ftruncate(::fileno(file_.get()), 0) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
        throwErrno("empty a temporary file");
    size_ = 0;
}

} // namespace netsane
