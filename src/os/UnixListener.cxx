#include "os/UnixListener.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace netsane {

const std::size_t max_unix_path_bytes = sizeof(sockaddr_un::sun_path) - 1;

namespace {

UniqueFd newSocket(int flags, const std::string &name)
{
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!fd)
        throwErrno("make a socket for " + name);
    return fd;
}

sockaddr_un addressOf(const std::string &path, const std::string &what)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() > max_unix_path_bytes)
        throwErrno(ENAMETOOLONG, what);
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

// Throws unless the path is free or was a socket that nobody answers on.
void removeDeadSocket(const sockaddr_un &address, const std::string &name, DeadSocket dead)
{
    struct stat status;
    if (::lstat(address.sun_path, &status) != 0) {
        if (errno == ENOENT)
            return;
        throwErrno("look at " + name);
    }
    if (!S_ISSOCK(status.st_mode))
        throwErrno(EEXIST, "bind " + name + ", where something is that is no socket");
    if (dead == DeadSocket::replace_if_own && status.st_uid != ::geteuid())
        throwErrno(EEXIST, "bind " + name + ", where a socket of uid " + std::to_string(status.st_uid) + " is");
    const UniqueFd probe = newSocket(SOCK_NONBLOCK, name);
    if (::connect(probe.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 || errno == EAGAIN)
        throwErrno(EADDRINUSE, "bind " + name + ", where somebody answers");
    if (errno != ECONNREFUSED && errno != ENOENT)
        throwErrno("see whether somebody answers on " + name);
    if (::unlink(address.sun_path) != 0 && errno != ENOENT)
        throwErrno("remove the old " + name);
}

} // namespace

UniqueFd listenOnUnixPath(const std::string &path, mode_t mode, DeadSocket dead)
{
    const std::string name = "unix:" + path;
    const sockaddr_un address = addressOf(path, "bind " + name);
    UniqueFd fd = newSocket(SOCK_NONBLOCK, name);
    const auto bind = [&] {
        return ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    };
    if (!bind()) {
        if (errno != EADDRINUSE)
            throwErrno("bind " + name);
        removeDeadSocket(address, name, dead);
        if (!bind())
            throwErrno("bind " + name);
    }
    try {
        // Not umask, which is the whole process's, and no symbolic link that somebody put there in between.
        if (::fchmodat(AT_FDCWD, address.sun_path, mode, AT_SYMLINK_NOFOLLOW) != 0)
            throwErrno("set the mode of " + name);
        if (::listen(fd.get(), SOMAXCONN) != 0)
            throwErrno("listen on " + name);
    } catch (...) {
        ::unlink(address.sun_path);
        throw;
    }
    return fd;
}

UniqueFd connectToUnixPath(const std::string &path)
{
    const std::string name = "connect to " + path;
    const sockaddr_un address = addressOf(path, name);
    UniqueFd fd = newSocket(0, name);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        throwErrno(name);
    return fd;
}

} // namespace netsane
