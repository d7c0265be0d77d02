#include "ShadowFile.hxx"

#include <cerrno>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int get() const noexcept { return fd_; }

private:
    const int fd_;
};

[[noreturn]] void refuse(const std::string &path, const std::string &reason)
{
    throw ShadowError(path + ": " + reason);
}

[[noreturn]] void refuseForErrno(const std::string &path)
{
    const int error = errno;
    const std::string reason = std::generic_category().message(error);
    if ((error == EACCES || error == EPERM) && ::geteuid() != 0)
        throw ShadowNeedsRoot(path + ": " + reason);
    refuse(path, reason);
}

size_t checkedSize(int fd, const std::string &path)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        refuseForErrno(path);
    if (!S_ISREG(status.st_mode))
        refuse(path, "not a regular file");
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        refuse(path, "belongs to uid " + std::to_string(status.st_uid));
    if ((status.st_mode & (S_IWGRP | S_IWOTH | S_IROTH)) != 0)
        refuse(path, "writable by group or others, or readable by others");
    if (status.st_size < 0 || static_cast<uintmax_t>(status.st_size) > ShadowFile::max_bytes)
        refuse(path, "larger than " + std::to_string(ShadowFile::max_bytes) + " bytes");
    return static_cast<size_t>(status.st_size);
}

HostMemory<char> makeRoom(const netsane_host_v1 &host, size_t size)
{
    auto *const data = static_cast<char *>(host.secure_alloc(host.host, size));
    if (data == nullptr)
        throw std::bad_alloc();
    return {data, HostMemoryDeleter{&host}};
}

} // namespace

ShadowFile::ShadowFile(const netsane_host_v1 &host, const std::string &path)
    : memory_(nullptr, HostMemoryDeleter{&host})
{
    // not blocking: a FIFO of that name must not hold us up
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0)
        refuseForErrno(path);
    const size_t size = checkedSize(file.get(), path);
    // one byte more, so that a file that grows meanwhile is noticed
    memory_ = makeRoom(host, size + 1);
    while (size_ <= size) {
        const ssize_t count = ::read(file.get(), memory_.get() + size_, size + 1 - size_);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            refuseForErrno(path);
        if (count == 0)
            break;
        size_ += static_cast<size_t>(count);
    }
    if (size_ != size)
        refuse(path, "changed while it was read");
}

} // namespace netsane
