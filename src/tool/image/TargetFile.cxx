#include "tool/image/TargetFile.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "tool/ToolError.hxx"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
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
constexpr mode_t group_bits = 070;
constexpr int name_tries = 100;

// For a signal handler: of the one temporary file there is.
char temporary_path[PATH_MAX];
std::atomic<bool> has_temporary = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// A signal in between would find a file that nobody has noted.
class SignalsHeld {
public:
    SignalsHeld() noexcept
    {
        sigset_t set;
        sigemptyset(&set);
        for (const int number : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&set, number);
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    }
    ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld &) = delete;
    SignalsHeld &operator=(const SignalsHeld &) = delete;

private:
    sigset_t before_{};
};

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

// False with EEXIST where something has that name.
bool renameToFree(const std::string &from, const std::string &to) noexcept
{
#ifdef RENAME_NOREPLACE
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
#endif
    // Where the system, or the file system, has no such call.
    if (::link(from.c_str(), to.c_str()) != 0)
        return false;
    ::unlink(from.c_str());
    return true;
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
    keepRights();
}

// Of the file that is replaced. Where the file system has no rights there is nothing to do.
void TargetFile::keepRights()
{
    struct stat before {};
    struct stat now {};
    const int fd = ::fileno(stream_.get());
    if (::stat(place_.c_str(), &before) != 0 || ::fstat(fd, &now) != 0)
        return;
    auto rights = before.st_mode & permission_bits;
    if (before.st_gid != now.st_gid && ::fchown(fd, static_cast<uid_t>(-1), before.st_gid) != 0)
        rights &= ~group_bits; // they were another group's
    static_cast<void>(::fchmod(fd, rights));
}

void TargetFile::removeTemporary() noexcept
{
    if (has_temporary.exchange(false))
        ::unlink(temporary_path);
}

void TargetFile::TemporaryName::set(const std::string &name)
{
    name_ = name;
    if (name.size() >= sizeof temporary_path)
        return;
    std::copy_n(name.c_str(), name.size() + 1, temporary_path);
    has_temporary = true;
}

void TargetFile::TemporaryName::forget() noexcept
{
    has_temporary = false;
    name_.clear();
}

// Who is interrupted in the middle removes it once more.
void TargetFile::TemporaryName::remove() noexcept
{
    if (!name_.empty())
        ::unlink(name_.c_str());
    forget();
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
    const SignalsHeld held;
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        throwErrno("write " + path_);
    temporary_name_.set(name);
    static_cast<void>(::fchmod(fd.get(), mode & ~currentMask())); // as keepRights()
    stream_ = streamOf(std::move(fd), path_);
}

// A link can't replace a file, a rename can.
void TargetFile::giveName(const std::string &folder)
{
    const auto own_link = "/proc/self/fd/" + std::to_string(::fileno(stream_.get()));
    std::random_device random;
    const SignalsHeld held;
    for (int i = 0; i < name_tries; ++i) {
        const auto name = folder + "/.netsane." + std::to_string(random());
        if (::linkat(AT_FDCWD, own_link.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
            temporary_name_.set(name);
            return;
        }
        if (errno != EEXIST)
            break;
    }
    throwErrno("write " + path_);
}

void TargetFile::haveName()
{
    flush();
    if (temporary_name_.get().empty())
        giveName(folderOf(place_));
}

void TargetFile::commit()
{
    haveName();
    if (::rename(temporary_name_.get().c_str(), place_.c_str()) != 0)
        throwErrno("write " + path_);
    temporary_name_.forget();
}

std::string TargetFile::commitIncomplete()
{
    haveName();
    for (int i = 1; i <= name_tries; ++i) {
        auto place = std::filesystem::path(place_);
        place.replace_extension(".incomplete" + (i == 1 ? "" : "-" + std::to_string(i)) + place.extension().string());
        if (renameToFree(temporary_name_.get(), place)) {
            temporary_name_.forget();
            return place;
        }
        if (errno != EEXIST)
            break;
    }
    throwErrno("write " + path_);
}

void TargetFile::flush()
{
    // An earlier error counts, too: what a writer overlooked is missing from the file.
    if (std::fflush(stream_.get()) != 0 || std::ferror(stream_.get()) != 0 || ::fsync(::fileno(stream_.get())) != 0)
        throwErrno("write " + path_);
}

} // namespace netsane
