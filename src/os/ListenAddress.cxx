#include "os/ListenAddress.hxx"

#include "os/Error.hxx"
#include "os/SocketAddress.hxx"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr int max_port_attempts = 16;

[[noreturn]] void refuse(std::string_view text, const std::string &why)
{
    throw std::invalid_argument("\"" + std::string(text) + "\": " + why);
}

std::uint16_t parsePort(std::string_view text, std::string_view digits)
{
    std::uint16_t port = 0;
    const char *const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || rest != end)
        refuse(text, "a port is a number from 0 to 65535");
    return port;
}

ListenAddress parseUnix(std::string_view text)
{
    ListenAddress result;
    result.unix_path = text.substr(unix_prefix.size());
    if (!result.unix_path.starts_with('/'))
        refuse(text, "the path of a unix socket begins with /");
    if (result.unix_path.size() >= sizeof(sockaddr_un::sun_path))
        refuse(text,
               "the path of a unix socket has at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
    return result;
}

UniqueFd newSocket(int family, const std::string &name)
{
    UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd)
        throwErrno("make a socket for " + name);
    return fd;
}

void startListening(int fd, const std::string &name)
{
    if (::listen(fd, SOMAXCONN) != 0)
        throwErrno("listen on " + name);
}

UniqueFd listenOnIp(const SocketAddress &address)
{
    const std::string name = address.toString();
    UniqueFd fd = newSocket(address.get()->sa_family, name);
    const int on = 1;
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        throwErrno("set SO_REUSEADDR for " + name);
    if (address.get()->sa_family == AF_INET6 && ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        throwErrno("set IPV6_V6ONLY for " + name);
    if (::bind(fd.get(), address.get(), address.size()) != 0)
        throwErrno("bind " + name);
    startListening(fd.get(), name);
    return fd;
}

std::vector<SocketAddress> resolve(const ListenAddress &address)
{
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const char *const host = address.host.empty() ? nullptr : address.host.c_str();
    const int error = ::getaddrinfo(host, std::to_string(address.port).c_str(), &hints, &found);
    if (error != 0)
        throwErrno(error == EAI_SYSTEM ? errno : EADDRNOTAVAIL,
                   "resolve " + address.toString() + " (" + ::gai_strerror(error) + ")");
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<SocketAddress> result;
    for (const addrinfo *entry = found; entry; entry = entry->ai_next) {
        const SocketAddress resolved(entry->ai_addr, entry->ai_addrlen);
        const auto same = [&](const SocketAddress &other) { return other.toString() == resolved.toString(); };
        if (resolved.isIp() && std::none_of(result.begin(), result.end(), same))
            result.push_back(resolved);
    }
    return result;
}

// True for the errors of a family that the kernel lacks or that is switched off.
bool isFamilyMissing(const std::system_error &error)
{
    const int code = error.code().value();
    return code == EAFNOSUPPORT || code == EADDRNOTAVAIL;
}

std::vector<UniqueFd> listenOnAll(const ListenAddress &address)
{
    std::vector<UniqueFd> result;
    std::uint16_t port = address.port;
    const auto addresses = resolve(address);
    for (const SocketAddress &resolved : addresses) {
        try {
            result.push_back(listenOnIp(resolved.withPort(port)));
            // What the kernel picked for the first goes for the others too.
            port = SocketAddress::localOf(result.back().get()).port();
        } catch (const std::system_error &error) {
            const bool last_chance = &resolved == &addresses.back() && result.empty();
            if (last_chance || !isFamilyMissing(error))
                throw;
        }
    }
    return result;
}

// Throws unless the path is free or was a socket that nobody answers on.
void removeStaleSocket(const sockaddr_un &address, const std::string &name)
{
    struct stat status;
    if (::lstat(address.sun_path, &status) != 0) {
        if (errno == ENOENT)
            return;
        throwErrno("look at " + name);
    }
    if (!S_ISSOCK(status.st_mode))
        throwErrno(EEXIST, "bind " + name + ", where something is that is no socket");
    const UniqueFd probe = newSocket(AF_UNIX, name);
    if (::connect(probe.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 || errno == EAGAIN)
        throwErrno(EADDRINUSE, "bind " + name + ", where somebody answers");
    if (errno != ECONNREFUSED && errno != ENOENT)
        throwErrno("see whether somebody answers on " + name);
    if (::unlink(address.sun_path) != 0 && errno != ENOENT)
        throwErrno("remove the old " + name);
}

UniqueFd listenOnUnix(const ListenAddress &listen_address)
{
    const std::string name = listen_address.toString();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (listen_address.unix_path.size() >= sizeof address.sun_path)
        throwErrno(ENAMETOOLONG, "bind " + name);
    std::copy(listen_address.unix_path.begin(), listen_address.unix_path.end(), address.sun_path);
    UniqueFd fd = newSocket(AF_UNIX, name);
    const auto bind = [&] {
        return ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    };
    if (!bind()) {
        if (errno != EADDRINUSE)
            throwErrno("bind " + name);
        removeStaleSocket(address, name);
        if (!bind())
            throwErrno("bind " + name);
    }
    try {
        // Not umask, which is the whole process's, and no symbolic link that somebody put there in between.
        if (::fchmodat(AT_FDCWD, address.sun_path, 0666, AT_SYMLINK_NOFOLLOW) != 0)
            throwErrno("set the mode of " + name);
        startListening(fd.get(), name);
    } catch (...) {
        ::unlink(address.sun_path);
        throw;
    }
    return fd;
}

} // namespace

ListenAddress ListenAddress::parse(std::string_view text, std::uint16_t default_port)
{
    if (text.find('\0') != text.npos)
        refuse(text, "there is a NUL in it");
    if (text.starts_with(unix_prefix))
        return parseUnix(text);
    ListenAddress result;
    result.port = default_port;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto bracket = text.find(']');
        if (bracket == text.npos || text.substr(0, bracket).find(':') == text.npos)
            refuse(text, "an IPv6 address in brackets was expected");
        result.host = text.substr(1, bracket - 1);
        rest = text.substr(bracket + 1);
        if (!rest.empty() && rest.front() != ':')
            refuse(text, "a colon and a port were expected behind the bracket");
    } else {
        const auto colon = text.find(':');
        result.host = text.substr(0, colon);
        rest = colon == text.npos ? std::string_view() : text.substr(colon);
        if (rest.find(':', 1) != rest.npos)
            refuse(text, "an IPv6 address stands in brackets");
        if (result.host.empty() && rest.empty())
            refuse(text, "no address");
        if (result.host == "unix") // toString() would be the beginning of a path
            refuse(text, "the path of a unix socket is missing");
    }
    if (!rest.empty())
        result.port = parsePort(text, rest.substr(1));
    if (result.host == "*")
        result.host.clear();
    return result;
}

std::string ListenAddress::toString() const
{
    if (isUnix())
        return std::string(unix_prefix) + unix_path;
    const std::string shown = host.empty() ? "*" : host.find(':') == host.npos ? host : "[" + host + "]";
    return shown + ":" + std::to_string(port);
}

std::vector<UniqueFd> listenOn(const ListenAddress &address)
{
    if (address.isUnix()) {
        std::vector<UniqueFd> result;
        result.push_back(listenOnUnix(address));
        return result;
    }
    for (int attempt = 1;; ++attempt) {
        try {
            return listenOnAll(address);
        } catch (const std::system_error &error) {
            // The port that was free for one address may be taken on another: let the kernel pick again.
            if (address.port != 0 || error.code().value() != EADDRINUSE || attempt == max_port_attempts)
                throw;
        }
    }
}

} // namespace netsane
