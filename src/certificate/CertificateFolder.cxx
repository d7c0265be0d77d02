#include "certificate/CertificateFolder.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

constexpr mode_t key_mode = 0600;
constexpr mode_t certificate_mode = 0644;

// The system's can be looked at by everybody; a user's are his own, as XDG has it.
mode_t folderMode() noexcept
{
    return ::geteuid() == 0 ? 0755 : 0700;
}

UniqueFd openFolder(const std::string &path, int flags = 0)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
    if (!fd)
        throwErrno("open the folder " + path);
    return fd;
}

// Whether others may write to the folder above isn't known yet: nothing that they put here gets the mode.
void makeFolder(const std::string &path)
{
    if (::mkdir(path.c_str(), 0700) != 0)
        throwErrno("make the folder " + path);
    if (::fchmod(openFolder(path, O_NOFOLLOW).get(), folderMode()) != 0)
        throwErrno("set the mode of " + path);
}

void makeFolders(const std::filesystem::path &path)
{
    if (std::filesystem::is_directory(path))
        return;
    if (path.has_parent_path() && path != path.root_path())
        makeFolders(path.parent_path());
    try {
        makeFolder(path);
    } catch (const std::system_error &) {
        if (!std::filesystem::is_directory(path)) // else another process was faster
            throw;
    }
}

void sync(int fd, const std::string &path)
{
    if (::fsync(fd) != 0)
        throwErrno("write " + path);
}

// Waits until it is the only one. The folder itself can be opened, and so be locked, by everybody who may read it.
UniqueFd lockFile(const std::string &path)
{
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, key_mode));
    if (!fd)
        throwErrno("make " + path);
    if (::flock(fd.get(), LOCK_EX) != 0)
        throwErrno("lock " + path);
    return fd;
}

void writeFile(const std::string &path, std::span<const std::byte> bytes, mode_t mode)
{
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, key_mode));
    if (!fd)
        throwErrno("make " + path);
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            throwErrno("write " + path);
        if (count > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    if (::fchmod(fd.get(), mode) != 0)
        throwErrno("set the mode of " + path);
    sync(fd.get(), path);
}

bool exists(const std::string &path)
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        throwErrno("look at " + path);
    return false;
}

bool isComplete(const std::string &folder)
{
    const std::string certificate = folder + "/certificate.pem";
    const std::string key = folder + "/key.pem";
    const bool has_certificate = exists(certificate);
    const bool has_key = exists(key);
    if (has_certificate != has_key)
        throw std::runtime_error((has_key ? key : certificate) + " is there without " + (has_key ? certificate : key) +
                                 ": put that back, or remove this one as well");
    return has_certificate;
}

} // namespace

bool keepCertificate(const std::string &state_folder, const std::function<SelfSigned()> &make)
{
    makeFolders(state_folder);
    trustedFolder(state_folder);
    const std::string lock_path = state_folder + "/tls.lock";
    const UniqueFd lock = lockFile(lock_path);
    const std::string folder = state_folder + "/tls";
    if (isComplete(folder)) {
        ::unlink(lock_path.c_str()); // nobody needs it any more: who waits for it finds the certificate, too
        return false;
    }
    // A folder is renamed as a whole, so nobody ever sees one file without the other. With the lock, what has this name
    // is left from a process that was killed.
    const std::string unfinished = state_folder + "/tls.new";
    std::filesystem::remove_all(unfinished);
    makeFolder(unfinished);
    const SelfSigned made = make();
    writeFile(unfinished + "/key.pem", made.key.bytes(), key_mode);
    writeFile(unfinished + "/certificate.pem", std::as_bytes(std::span(made.certificate)), certificate_mode);
    sync(openFolder(unfinished).get(), unfinished);
    if (::rename(unfinished.c_str(), folder.c_str()) != 0) {
        const int error = errno; // ENOTEMPTY: something else is in it
        std::filesystem::remove_all(unfinished);
        throwErrno(error, "put the new certificate into " + folder);
    }
    sync(openFolder(state_folder).get(), state_folder);
    ::unlink(lock_path.c_str());
    return true;
}

} // namespace netsane
