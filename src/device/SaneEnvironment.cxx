#include "device/SaneEnvironment.hxx"

#include "os/Error.hxx"

#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

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

std::string makeDirectory()
{
    const char *const parent = std::getenv("TMPDIR");
    std::string name = std::string(parent && *parent ? parent : "/tmp") + "/netsane-device-XXXXXX";
    if (!::mkdtemp(name.data()))
        throwErrno("make the temporary directory " + name);
    return name;
}

} // namespace

SaneEnvironment::SaneEnvironment(const DllConfig &config, const std::string &directories) : directory_(makeDirectory())
{
    directory_fd_.reset(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    try {
        if (!directory_fd_)
            throwErrno("open " + directory_);
        if (::mkdirat(directory_fd_.get(), "dll.d", 0700) != 0)
            throwErrno("make " + directory_ + "/dll.d");
        write("dll.conf", config.confText());
        write("dll.aliases", config.aliasesText());
    } catch (...) {
        removeFiles();
        throw;
    }
    const std::string by_descriptor = "/proc/self/fd/" + std::to_string(directory_fd_.get());
    const bool has_proc = ::access((by_descriptor + "/dll.conf").c_str(), R_OK) == 0;
    ::setenv("SANE_CONFIG_DIR", joinDirectories(has_proc ? by_descriptor : directory_, directories).c_str(), 1);
    ::setenv("NETSANE_NO_BACKEND", "1", 1);
}

void SaneEnvironment::write(const char *name, const std::string &text)
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
    if (directory_fd_) {
        ::unlinkat(directory_fd_.get(), "dll.conf", 0);
        ::unlinkat(directory_fd_.get(), "dll.aliases", 0);
        ::unlinkat(directory_fd_.get(), "dll.d", AT_REMOVEDIR);
    }
    ::rmdir(directory_.c_str());
    directory_.clear();
}

} // namespace netsane
