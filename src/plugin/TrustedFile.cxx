#include "plugin/TrustedFile.hxx"

#include "plugin/PluginError.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

std::string errorText(int error)
{
    return std::generic_category().message(error);
}

[[noreturn]] void refuse(const std::string &path, const std::string &reason)
{
    throw PluginError(path + ": " + reason);
}

std::string modeText(mode_t mode)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
    return text.data();
}

void checkOwner(const std::string &path, const struct stat &status)
{
    const uid_t user = ::geteuid();
    if (status.st_uid == 0 || status.st_uid == user)
        return;
    refuse(path, "belongs to uid " + std::to_string(status.st_uid) +
                     (user == 0 ? ", not to root" : ", neither to root nor to uid " + std::to_string(user)));
}

void checkNotWritable(const std::string &path, const struct stat &status)
{
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        refuse(path, "writable by group or others (mode " + modeText(status.st_mode) + ")");
}

/// In a folder like /tmp nobody but root can replace or remove what belongs to someone else.
bool protectsEntries(const struct stat &status)
{
    return S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0 && status.st_uid == 0;
}

std::string resolve(const std::string &path)
{
    if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos)
        refuse(path, "not an absolute path");
    const std::unique_ptr<char, void (*)(void *)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real)
        refuse(path, errorText(errno));
    return real.get();
}

/// Every folder from / to `folder`. Symbolic links on the way need the right owner; where they lead is for the caller,
/// who checks the real path in the same way.
void checkFolders(const std::string &folder)
{
    const std::filesystem::path whole(folder);
    std::filesystem::path path;
    for (const auto &component : whole) {
        if (component.empty())
            continue;
        path /= component;
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0)
            refuse(path, errorText(errno));
        checkOwner(path, status);
        if (S_ISLNK(status.st_mode))
            continue;
        if (!S_ISDIR(status.st_mode))
            refuse(path, "not a folder");
        if (path == whole || !protectsEntries(status))
            checkNotWritable(path, status);
    }
}

} // namespace

std::string trustedFolder(const std::string &path)
{
    std::string real = resolve(path);
    // as named first: who can redirect a link on the way chooses the folder
    checkFolders(path);
    checkFolders(real);
    return real;
}

TrustedFile::TrustedFile(const std::string &path)
{
    const std::string real = resolve(path);
    const std::filesystem::path named(path);
    const std::filesystem::path resolved(real);
    trustedFolder(named.parent_path());
    trustedFolder(resolved.parent_path());
    open(real);
}

TrustedFile::TrustedFile(const std::string &real_folder, std::string_view file_name)
{
    const std::filesystem::path folder(real_folder);
    const std::filesystem::path named = folder / file_name;
    const std::filesystem::path real(resolve(named));
    const auto [rest, below] = std::mismatch(folder.begin(), folder.end(), real.begin(), real.end());
    if (rest != folder.end())
        refuse(named, "leads out of its folder to " + real.string());
    if (real != named)
        refuse(named, "is a symbolic link to " + real.string());
    open(named);
}

void TrustedFile::open(const std::string &real_path)
{
    real_path_ = real_path;
    // not blocking: a FIFO of that name must not hold us up
    fd_.reset(::open(real_path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!fd_)
        refuse(real_path_, errorText(errno));
    check();
}

TrustedFile::TrustedFile(UniqueFd fd, std::string path) : real_path_(std::move(path)), fd_(std::move(fd))
{
    check();
}

void TrustedFile::check()
{
    if (::fstat(fd_.get(), &status_) != 0)
        refuse(real_path_, errorText(errno));
    if (!S_ISREG(status_.st_mode))
        refuse(real_path_, "not a regular file");
    checkOwner(real_path_, status_);
    checkNotWritable(real_path_, status_);
}

void TrustedFile::requireSecret() const
{
    if ((status_.st_mode & S_IROTH) != 0)
        refuse(real_path_, "holds secrets but is readable by others (mode " + modeText(status_.st_mode) + ")");
}

void TrustedFile::requireUnchanged() const
{
    struct stat now {};
    if (::lstat(real_path_.c_str(), &now) != 0)
        refuse(real_path_, errorText(errno));
    const auto same_time = [](const timespec &a, const timespec &b) {
        return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    if (now.st_dev != status_.st_dev || now.st_ino != status_.st_ino || now.st_size != status_.st_size ||
        now.st_mode != status_.st_mode || now.st_uid != status_.st_uid || !same_time(now.st_mtim, status_.st_mtim) ||
        !same_time(now.st_ctim, status_.st_ctim))
        refuse(real_path_, "was changed while it was loaded");
}

} // namespace netsane
