#include "tool/image/TargetFile.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "tool/ToolError.hxx"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr mode_t mode = 0666; // without the umask's bits
constexpr mode_t permission_bits = 0777;
constexpr int name_tries = 100;

// For a signal handler: of the one temporary file there is.
char temporary_path[PATH_MAX];
std::atomic<bool> has_temporary = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// Where the file is, behind symbolic links; and its folder.
std::string placeOf(const std::string &path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT)
            throwErrno(path);
        return path;
    }
    if (!S_ISREG(status.st_mode))
        throw ToolError(ExitCode::usage, path + " is there and isn't a regular file");
    return std::filesystem::canonical(path);
}

std::string folderOf(const std::string &place)
{
    const auto folder = std::filesystem::path(place).parent_path();
    return folder.empty() ? "." : folder.string();
}

UniqueFile streamOf(UniqueFd fd, const std::string &path)
{
    UniqueFile stream(::fdopen(fd.get(), "w+b"));
    if (!stream)
        throwErrno("open " + path);
    static_cast<void>(fd.release());
    return stream;
}

mode_t currentMask() noexcept
{
    const auto mask = ::umask(0);
    ::umask(mask);
    return mask;
}

} // namespace

TargetFile::TargetFile(const std::string &path) : path_(path), place_(placeOf(path))
{
    const auto folder = folderOf(place_);
    openNameless(folder);
    if (!stream_)
        openNamed(folder);
    struct stat before {};
    if (::stat(place_.c_str(), &before) == 0 &&
        ::fchmod(::fileno(stream_.get()), before.st_mode & permission_bits) != 0)
        throwErrno("write " + path_);
}

TargetFile::~TargetFile()
{
    has_temporary = false;
    if (!temporary_name_.empty())
        ::unlink(temporary_name_.c_str());
}

void TargetFile::removeTemporary() noexcept
{
    if (has_temporary.exchange(false))
        ::unlink(temporary_path);
}

void TargetFile::rememberTemporary(const std::string &name)
{
    temporary_name_ = name;
    if (name.size() >= sizeof temporary_path)
        return;
    std::copy_n(name.c_str(), name.size() + 1, temporary_path);
    has_temporary = true;
}

void TargetFile::openNameless(const std::string &folder)
{
#ifdef O_TMPFILE
    UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
    // it gets its name by a link that /proc has
    if (fd && ::access(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), F_OK) == 0)
        stream_ = streamOf(std::move(fd), path_);
#else
    static_cast<void>(folder);
#endif
}

void TargetFile::openNamed(const std::string &folder)
{
    auto name = folder + "/.netsane.XXXXXX";
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        throwErrno("write " + path_);
    rememberTemporary(name);
    if (::fchmod(fd.get(), mode & ~currentMask()) != 0)
        throwErrno("write " + path_);
    stream_ = streamOf(std::move(fd), path_);
}

// A link can't replace a file, a rename can.
void TargetFile::giveName(const std::string &folder)
{
    const auto own_link = "/proc/self/fd/" + std::to_string(::fileno(stream_.get()));
    std::random_device random;
    for (int i = 0; i < name_tries; ++i) {
        const auto name = folder + "/.netsane." + std::to_string(random());
        if (::linkat(AT_FDCWD, own_link.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            rememberTemporary(name);
            return;
        }
        if (errno != EEXIST)
            break;
    }
    throwErrno("write " + path_);
}

void TargetFile::commit()
{
    // An earlier error counts, too: what a writer overlooked is missing from the file.
    if (std::fflush(stream_.get()) != 0 || std::ferror(stream_.get()) != 0 || ::fsync(::fileno(stream_.get())) != 0)
        throwErrno("write " + path_);
    if (temporary_name_.empty())
        giveName(folderOf(place_));
    if (::rename(temporary_name_.c_str(), place_.c_str()) != 0)
        throwErrno("write " + path_);
    has_temporary = false;
    temporary_name_.clear();
}

} // namespace netsane
