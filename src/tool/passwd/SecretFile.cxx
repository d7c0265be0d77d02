#include "tool/passwd/SecretFile.hxx"

#include "os/Error.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"
#include "tool/ToolError.hxx"
#include "tool/passwd/SignalBlock.hxx"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::chrono::milliseconds lock_poll{10};

std::string modeText(mode_t mode)
{
    char text[16];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777U));
    return text;
}

bool isSameFile(const struct stat &a, const struct stat &b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool isSameContent(const struct stat &a, const struct stat &b)
{
    const auto same = [](const timespec &x, const timespec &y) {
        return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
    };
    return isSameFile(a, b) && a.st_size == b.st_size && same(a.st_mtim, b.st_mtim) && same(a.st_ctim, b.st_ctim);
}

std::string trustedFolderOf(const std::string &path)
{
    try {
        return trustedFolder(std::filesystem::path(path).parent_path());
    } catch (const PluginError &error) {
        throw ToolError(ExitCode::failed, path + ": its folder can't be used: " + error.what());
    }
}

void writeAll(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            throwErrno("write");
        if (count > 0)
            text.remove_prefix(static_cast<std::size_t>(count));
    }
}

} // namespace

void SecretFile::refuse(const std::string &reason) const
{
    throw ToolError(ExitCode::failed, path_ + ": " + reason);
}

SecretFile::SecretFile(const std::string &path, Owners owners)
    : path_(path), owners_(owners), name_(std::filesystem::path(path).filename())
{
    if (name_.empty() || name_ == "." || name_ == "..")
        refuse("not the name of a file");
    lock_name_ = name_ + ".lock";
    temporary_name_ = name_ + ".netsane-new";
    folder_.reset(::open(trustedFolderOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_)
        refuse("its folder can't be opened: " + errnoText(errno));
}

SecretFile::~SecretFile()
{
    // Whoever waits for the lock sees that its file has gone, and makes another.
    if (lock_)
        ::unlinkat(folder_.get(), lock_name_.c_str(), 0);
}

// --- the lock -------------------------------------------------------------------------------------------------

void SecretFile::openLock()
{
    lock_.reset(
        ::openat(folder_.get(), lock_name_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600));
    if (!lock_)
        refuse("can't make " + lock_name_ + " beside it: " + errnoText(errno));
}

// False where the last holder has removed the file that this descriptor is of.
bool SecretFile::holdsLockFile() const
{
    struct stat held {};
    struct stat named {};
    return ::fstat(lock_.get(), &held) == 0 &&
           ::fstatat(folder_.get(), lock_name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && isSameFile(held, named);
}

void SecretFile::lock(std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (openLock();; openLock()) {
        while (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
            const int error = errno;
            if (error != EWOULDBLOCK && error != EINTR) {
                lock_.reset();
                refuse("can't lock " + lock_name_ + " beside it: " + errnoText(error));
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                lock_.reset();
                refuse("another program holds the lock " + lock_name_ + " beside it");
            }
            std::this_thread::sleep_for(lock_poll);
        }
        if (holdsLockFile())
            return;
    }
}

// --- reading --------------------------------------------------------------------------------------------------

// Without a file: none.
UniqueFd SecretFile::openOld() const
{
    // Not blocking: a FIFO of that name must not hold us up.
    UniqueFd fd(::openat(folder_.get(), name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (fd || errno == ENOENT)
        return fd;
    if (errno == ELOOP)
        refuse("is a symbolic link; name the file itself");
    refuse(errnoText(errno));
}

void SecretFile::checkOld(const struct stat &status) const
{
    if (!S_ISREG(status.st_mode))
        refuse("not a regular file");
    if (status.st_uid != 0 && status.st_uid != ::geteuid() && status.st_uid != owners_.also)
        refuse("belongs to uid " + std::to_string(status.st_uid) + ", who isn't trusted with it");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse("writable by group or others (mode " + modeText(status.st_mode) +
               "): see whether somebody has changed it, then chmod go-w");
    if (status.st_size > static_cast<off_t>(max_bytes))
        refuse("larger than " + std::to_string(max_bytes) + " bytes");
}

std::optional<SecretText> SecretFile::read()
{
    old_.reset();
    const UniqueFd fd = openOld();
    if (!fd)
        return std::nullopt;
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        refuse(errnoText(errno));
    checkOld(status);
    // One byte more, so that a file that grows meanwhile is noticed.
    SecretText text(static_cast<std::size_t>(status.st_size) + 1);
    for (;;) {
        const auto room = text.room();
        const ssize_t count = room.empty() ? 0 : ::read(fd.get(), room.data(), room.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            refuse(errnoText(errno));
        if (count == 0)
            break;
        text.grow(static_cast<std::size_t>(count));
    }
    if (text.size() != static_cast<std::size_t>(status.st_size))
        refuse("was changed while it was read");
    old_ = status;
    return text;
}

// --- replacing ------------------------------------------------------------------------------------------------

void SecretFile::requireUnchanged() const
{
    struct stat now {};
    const bool there = ::fstatat(folder_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT)
        refuse(errnoText(errno));
    if (there != old_.has_value() || (there && !isSameContent(*old_, now)))
        refuse("somebody else has changed it meanwhile; nothing was written");
}

// Nobody else can read the file before it has its owner and its mode.
void SecretFile::writeTemporary(std::string_view text) const
{
    const UniqueFd fd(
        ::openat(folder_.get(), temporary_name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd)
        throwErrno("make " + temporary_name_ + " beside it");
    const uid_t owner = old_ ? old_->st_uid : ::geteuid();
    const gid_t group = old_ ? old_->st_gid : owners_.new_group.value_or(::getegid());
    const bool group_reads = old_ ? (old_->st_mode & S_IRGRP) != 0 : owners_.new_group.has_value();
    struct stat made {};
    if (::fstat(fd.get(), &made) != 0)
        throwErrno("look at " + temporary_name_);
    if ((made.st_uid != owner || made.st_gid != group) && ::fchown(fd.get(), owner, group) != 0)
        throwErrno("keep its owner " + std::to_string(owner) + " and group " + std::to_string(group));
    if (::fchmod(fd.get(), S_IRUSR | S_IWUSR | (group_reads ? S_IRGRP : 0U)) != 0)
        throwErrno("set its mode");
    writeAll(fd.get(), text);
    if (::fsync(fd.get()) != 0)
        throwErrno("write");
}

void SecretFile::replace(std::string_view text)
{
    if (text.size() > max_bytes)
        refuse("would become larger than " + std::to_string(max_bytes) + " bytes; nothing was written");
    const SignalBlock block; // leaves nothing behind on ^C
    requireUnchanged();
    // Under the lock, whatever has this name was left by a program that was killed.
    ::unlinkat(folder_.get(), temporary_name_.c_str(), 0);
    try {
        writeTemporary(text);
        requireUnchanged();
        if (::renameat(folder_.get(), temporary_name_.c_str(), folder_.get(), name_.c_str()) != 0)
            throwErrno("put the new file in its place");
    } catch (const std::system_error &error) {
        ::unlinkat(folder_.get(), temporary_name_.c_str(), 0);
        refuse(std::string("not changed: ") + error.what());
    } catch (...) {
        ::unlinkat(folder_.get(), temporary_name_.c_str(), 0);
        throw;
    }
    if (::fsync(folder_.get()) != 0)
        refuse("changed, but may be lost if the power fails now: " + errnoText(errno));
}

} // namespace netsane
