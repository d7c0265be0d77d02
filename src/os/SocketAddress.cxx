#include "os/SocketAddress.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <system_error>

namespace netsane {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t unix_path_offset = offsetof(sockaddr_un, sun_path);

template<typename T>
T loadAs(const sockaddr_storage &storage) noexcept
{
    T address;
    std::memcpy(&address, &storage, sizeof address);
    return address;
}

SocketAddress nameOf(int fd, int (*get)(int, sockaddr *, socklen_t *) noexcept, const char *what)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (get(fd, reinterpret_cast<sockaddr *>(&storage), &size) != 0)
        throwErrno(what);
    return SocketAddress(reinterpret_cast<const sockaddr *>(&storage), std::min<socklen_t>(size, sizeof storage));
}

// A client may bind its end to any name it likes, and this text goes into logs.
std::string printable(std::string_view text)
{
    std::string result(text);
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    return result;
}

std::optional<SocketAddress> parseUnix(std::string_view path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path || path.find('\0') != path.npos)
        return std::nullopt;
    std::copy(path.begin(), path.end(), address.sun_path);
    const std::size_t size = path.empty() ? unix_path_offset : unix_path_offset + path.size() + 1;
    return SocketAddress(reinterpret_cast<const sockaddr *>(&address), static_cast<socklen_t>(size));
}

std::optional<SocketAddress> parseIp(std::string_view host, std::string_view port_text)
{
    std::uint16_t port = 0;
    const char *const end = port_text.data() + port_text.size();
    const auto [rest, error] = std::from_chars(port_text.data(), end, port);
    if (error != std::errc() || rest != end || host.find('\0') != host.npos)
        return std::nullopt;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(std::string(host).c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
        return std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    return SocketAddress(found->ai_addr, found->ai_addrlen);
}

} // namespace

SocketAddress::SocketAddress(const sockaddr *address, socklen_t length_bytes) noexcept
{
    sockaddr_storage given{};
    std::memcpy(&given, address, std::min<std::size_t>(length_bytes, sizeof given));
    const std::size_t length = length_bytes;
    if (given.ss_family == AF_INET && length >= sizeof(sockaddr_in)) {
        size_bytes_ = sizeof(sockaddr_in);
    } else if (given.ss_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        const auto v6 = loadAs<sockaddr_in6>(given);
        size_bytes_ = sizeof(sockaddr_in6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = v6.sin6_port;
            std::memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, sizeof v4.sin_addr);
            given = {};
            std::memcpy(&given, &v4, sizeof v4);
            size_bytes_ = sizeof v4;
        }
    } else if (given.ss_family == AF_UNIX && length >= unix_path_offset) {
        size_bytes_ = static_cast<socklen_t>(std::min(length, sizeof(sockaddr_un)));
    }
    if (size_bytes_ != 0)
        std::memcpy(&storage_, &given, size_bytes_);
}

SocketAddress SocketAddress::peerOf(int fd)
{
    return nameOf(fd, ::getpeername, "get the peer's address");
}

SocketAddress SocketAddress::localOf(int fd)
{
    return nameOf(fd, ::getsockname, "get the socket's address");
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text)
{
    if (text == "none")
        return SocketAddress();
    if (text.starts_with(unix_prefix))
        return parseUnix(text.substr(unix_prefix.size()));
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        return std::nullopt;
    const auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']') && host.find(':') != host.npos)
        return parseIp(host.substr(1, host.size() - 2), port);
    in_addr dotted; // getaddrinfo would take "1" and "0x7f000001" too
    if (::inet_pton(AF_INET, std::string(host).c_str(), &dotted) != 1)
        return std::nullopt;
    return parseIp(host, port);
}

bool SocketAddress::isIp() const noexcept
{
    return storage_.ss_family == AF_INET || storage_.ss_family == AF_INET6;
}

bool SocketAddress::isUnix() const noexcept
{
    return storage_.ss_family == AF_UNIX;
}

bool SocketAddress::isLoopback() const noexcept
{
    if (storage_.ss_family == AF_INET)
        return addressBytes().front() == std::byte{127};
    if (storage_.ss_family == AF_INET6) {
        const auto v6 = loadAs<sockaddr_in6>(storage_);
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    return isUnix();
}

std::uint16_t SocketAddress::port() const noexcept
{
    if (storage_.ss_family == AF_INET)
        return ntohs(loadAs<sockaddr_in>(storage_).sin_port);
    if (storage_.ss_family == AF_INET6)
        return ntohs(loadAs<sockaddr_in6>(storage_).sin6_port);
    return 0;
}

SocketAddress SocketAddress::withPort(std::uint16_t port) const noexcept
{
    SocketAddress result = *this;
    auto *const bytes = reinterpret_cast<std::byte *>(&result.storage_);
    const in_port_t network_port = htons(port);
    if (storage_.ss_family == AF_INET)
        std::memcpy(bytes + offsetof(sockaddr_in, sin_port), &network_port, sizeof network_port);
    else if (storage_.ss_family == AF_INET6)
        std::memcpy(bytes + offsetof(sockaddr_in6, sin6_port), &network_port, sizeof network_port);
    return result;
}

std::span<const std::byte> SocketAddress::addressBytes() const noexcept
{
    const auto *const bytes = reinterpret_cast<const std::byte *>(&storage_);
    if (storage_.ss_family == AF_INET)
        return {bytes + offsetof(sockaddr_in, sin_addr), sizeof(in_addr)};
    if (storage_.ss_family == AF_INET6)
        return {bytes + offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr)};
    return {};
}

std::string SocketAddress::toString() const
{
    if (isIp()) {
        const std::string host = hostText();
        const std::string port_text = std::to_string(port());
        return storage_.ss_family == AF_INET6 ? "[" + host + "]:" + port_text : host + ":" + port_text;
    }
    if (!isUnix())
        return "none";
    const auto *const bytes = reinterpret_cast<const char *>(&storage_);
    std::string_view path(bytes + unix_path_offset, size_bytes_ - unix_path_offset);
    const bool abstract = !path.empty() && path.front() == '\0';
    if (!abstract)
        path = path.substr(0, path.find('\0'));
    return std::string(unix_prefix) + (abstract ? "@" + printable(path.substr(1)) : printable(path));
}

std::string SocketAddress::hostText() const
{
    if (!isIp())
        return isUnix() ? "unix" : "none";
    char host[NI_MAXHOST];
    const int error = ::getnameinfo(get(), size_bytes_, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    return error == 0 ? host : "none";
}

std::string SocketAddress::limitKey() const
{
    if (storage_.ss_family != AF_INET6)
        return hostText();
    auto v6 = loadAs<sockaddr_in6>(storage_);
    if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) // all of a link shares one prefix
        return hostText();
    std::fill(v6.sin6_addr.s6_addr + 8, v6.sin6_addr.s6_addr + 16, std::uint8_t{0});
    char prefix[INET6_ADDRSTRLEN];
    ::inet_ntop(AF_INET6, &v6.sin6_addr, prefix, sizeof prefix);
    return std::string(prefix) + "/64";
}

} // namespace netsane
