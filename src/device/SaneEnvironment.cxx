#include "device/SaneEnvironment.hxx"

#include "os/Error.hxx"

#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

std::string joinDirectories(const std::string &first, const std::string &directories)
{
    // A colon at the end would make libsane add the working directory.
    std::string joined = first;
    for (const auto &directory : splitList(directories, ':'))
        joined += ":" + directory;
    return joined;
}

} // namespace

SaneEnvironment::SaneEnvironment(std::string directories) : directories_(std::move(directories))
{
    ::setenv("NETSANE_NO_BACKEND", "1", 1);
}

void SaneEnvironment::write(const DllConfig &config)
{
    removeFiles();
    makeDirectory();
    try {
        if (::mkdirat(directory_fd_.get(), "dll.d", 0700) != 0)
            throwErrno("make " + directory_ + "/dll.d");
        writeFile("dll.conf", config.confText());
        writeFile("dll.aliases", config.aliasesText());
    } catch (...) {
        removeFiles();
        throw;
    }
    announce();
}

// A later directory takes the descriptor of the first one, by which SANE_CONFIG_DIR names it.
void SaneEnvironment::makeDirectory()
{
    const char *const parent = std::getenv("TMPDIR");
    std::string name = std::string(parent && *parent ? parent : "/tmp") + "/netsane-device-XXXXXX";
    if (!::mkdtemp(name.data()))
        throwErrno("make the temporary directory " + name);
    directory_ = std::move(name);
    UniqueFd fd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const bool is_there = fd && (!directory_fd_ || ::dup3(fd.get(), directory_fd_.get(), O_CLOEXEC) >= 0);
    if (!is_there) {
        const int error = errno;
        ::rmdir(directory_.c_str());
        directory_.clear();
        throwErrno(error, "open the temporary directory");
    }
    if (!directory_fd_)
        directory_fd_ = std::move(fd);
}

void SaneEnvironment::announce()
{
    if (named_by_descriptor_)
        return;
    const std::string by_descriptor = "/proc/self/fd/" + std::to_string(directory_fd_.get());
    named_by_descriptor_ = ::access((by_descriptor + "/dll.conf").c_str(), R_OK) == 0; // else there is no /proc
    const auto &name = named_by_descriptor_ ? by_descriptor : directory_;
    ::setenv("SANE_CONFIG_DIR", joinDirectories(name, directories_).c_str(), 1);
}

void SaneEnvironment::writeFile(const char *name, const std::string &text)
{
    const UniqueFd file(::openat(directory_fd_.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file)
        throwErrno("make " + directory_ + "/" + name);
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t result = ::write(file.get(), text.data() + written, text.size() - written);
        if (result < 0)
            throwErrno("write " + directory_ + "/" + name);
        written += static_cast<std::size_t>(result);
    }
}

void SaneEnvironment::removeFiles() noexcept
{
    if (directory_.empty())
        return;
    ::unlinkat(directory_fd_.get(), "dll.conf", 0);
    ::unlinkat(directory_fd_.get(), "dll.aliases", 0);
    ::unlinkat(directory_fd_.get(), "dll.d", AT_REMOVEDIR);
    ::rmdir(directory_.c_str());
    directory_.clear();
}

} // namespace netsane
