#include "client/KnownServersFile.hxx"

#include "client/UserFolders.hxx"
#include "config/KnownServers.hxx"
#include "os/Error.hxx"
#include "os/Secret.hxx"
#include "os/UniqueFd.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::chrono::milliseconds lock_poll{10};
constexpr mode_t readable_bits = S_IRUSR | S_IRGRP | S_IROTH;

// The file as it is now.
struct Content {
    std::string text;
    std::string real_path; // behind all links; the path itself where there is no file
    mode_t mode = S_IRUSR | S_IWUSR;
};

// Runs the body; whatever goes wrong on the disk becomes the one kind of error.
template<typename Body>
auto naming(const std::string &path, Body body)
{
    try {
        return body();
    } catch (const PluginError &error) { // names the path that is to blame
        throw KnownServersError(error.what());
    } catch (const std::system_error &error) {
        throw KnownServersError(path + ": " + error.what());
    }
}

Content readContent(const std::string &path)
{
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        const int error = errno;
        if ((error == ENOENT || error == ENOTDIR) && ::lstat(path.c_str(), &info) != 0)
            return {"", path};
        throwErrno(error, "read it");
    }
    const TrustedFile file(path);
    const auto bytes = readSecretFile(file.fd(), max_known_servers_bytes);
    if (!bytes)
        throw KnownServersError(path + ": longer than " + std::to_string(max_known_servers_bytes / 1024) + " KiB");
    if (::fstat(file.fd(), &info) != 0)
        throwErrno("look at it");
    return {{reinterpret_cast<const char *>(bytes->data()), bytes->size()},
            file.realPath(),
            (info.st_mode & readable_bits) | S_IRUSR | S_IWUSR};
}

// Makes what is missing of the folder, if what there is of it can be trusted. Returns its real path.
std::string makeFolder(const std::filesystem::path &folder)
{
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0 && errno == ENOENT && folder.has_relative_path()) {
        makeFolder(folder.parent_path());
        if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
            throwErrno("make the folder " + folder.string());
    }
    return trustedFolder(folder);
}

// Held until the end of this object. The lock's own file stays: to remove it would need another lock.
class FileLock {
public:
    FileLock(int folder, const std::string &name)
    {
        fd_.reset(::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                           S_IRUSR | S_IWUSR));
        if (!fd_)
            throwErrno("make " + name + " beside it");
        const auto deadline = std::chrono::steady_clock::now() + KnownServersFile::lock_patience;
        while (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
            const int error = errno;
            if (error != EWOULDBLOCK && error != EINTR)
                throwErrno(error, "lock " + name + " beside it");
            if (std::chrono::steady_clock::now() >= deadline)
                throwErrno(error, "another program holds the lock " + name + " beside it");
            std::this_thread::sleep_for(lock_poll);
        }
    }

private:
    UniqueFd fd_;
};

void writeAll(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto count = ::write(fd, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            throwErrno("write it");
        if (count > 0)
            text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void writeNew(int folder, const std::string &name, const std::string &text, mode_t mode)
{
    // Under the lock, whatever has this name was left by a program that was killed.
    ::unlinkat(folder, name.c_str(), 0);
    const UniqueFd fd(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IWUSR));
    if (!fd)
        throwErrno("make " + name + " beside it");
    if (::fchmod(fd.get(), mode) != 0)
        throwErrno("set its mode");
    writeAll(fd.get(), text);
    if (::fsync(fd.get()) != 0)
        throwErrno("write it");
}

void replace(int folder, const std::string &name, const std::string &text, mode_t mode)
{
    const auto new_name = name + ".new";
    try {
        writeNew(folder, new_name, text, mode);
        if (::renameat(folder, new_name.c_str(), folder, name.c_str()) != 0)
            throwErrno("put the new file in its place");
    } catch (...) {
        ::unlinkat(folder, new_name.c_str(), 0);
        throw;
    }
    ::fsync(folder); // the name is there, whether it survives a power failure or not
}

} // namespace

std::string KnownServersFile::defaultPath()
{
    if (hasForeignRights())
        throw KnownServersError("no known_servers is used: the program runs with other rights than its user has");
    const auto folder = userConfigFolder();
    if (!folder)
        throw KnownServersError("there is no place for known_servers: neither $XDG_CONFIG_HOME nor $HOME is the "
                                "absolute path of a folder");
    return *folder + "/netsane/known_servers";
}

std::string KnownServersFile::read() const
{
    return naming(path_, [this] { return readContent(path_).text; });
}

void KnownServersFile::change(const Edit &edit) const
{
    naming(path_, [&] {
        const std::filesystem::path real(readContent(path_).real_path);
        const auto folder_path = makeFolder(real.parent_path());
        const UniqueFd folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder)
            throwErrno("open its folder");
        const std::string name = real.filename();
        const FileLock lock(folder.get(), name + ".lock");
        const auto now = readContent(path_);
        const auto text = edit(now.text);
        if (!text)
            return;
        if (text->size() > max_known_servers_bytes)
            throw KnownServersError(path_ +
                                    ": would become too long; remove lines of servers that aren't there any more");
        replace(folder.get(), name, *text, now.mode);
    });
}

} // namespace netsane
