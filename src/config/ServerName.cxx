#include "config/ServerName.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace netsane {

namespace {

constexpr std::string_view unix_prefix = "unix:";

bool isHostCharacter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
}

// Inside brackets also what an address of IPv6 with a zone needs: [fe80::1%eth0].
bool isHost(std::string_view host, bool bracketed) noexcept
{
    return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [bracketed](char c) {
        return isHostCharacter(c) || (bracketed && (c == ':' || c == '%'));
    });
}

// The host at the beginning of the text, and what follows it.
std::optional<std::pair<std::string_view, std::string_view>> splitHost(std::string_view text)
{
    if (!text.starts_with('[')) {
        const auto end = std::min(text.find(':'), text.size());
        return std::pair(text.substr(0, end), text.substr(end));
    }
    const auto end = text.find(']');
    if (end == std::string_view::npos)
        return std::nullopt;
    return std::pair(text.substr(1, end - 1), text.substr(end + 1));
}

// In brackets where it would be read as something else without, as a host that is called unix.
std::string bracketed(const std::string &host)
{
    const bool plain = isHost(host, false) && host + ":" != unix_prefix;
    return plain ? host : "[" + host + "]";
}

char toLower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Without its zone.
std::string canonicalHost(std::string host)
{
    while (host.size() > 1 && host.ends_with('.')) // all and first: what comes out must not change once more
        host.pop_back();
    in6_addr address{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_pton(AF_INET6, host.c_str(), &address) == 1 && ::inet_ntop(AF_INET6, &address, text.data(), text.size()))
        return text.data();
    std::ranges::transform(host, host.begin(), toLower);
    return host;
}

std::optional<std::pair<ServerName, std::string>> parseUnixDevice(std::string_view text)
{
    const auto end = std::min(text.find(':'), text.size());
    const auto path = text.substr(0, end);
    if (!path.starts_with('/'))
        return std::nullopt;
    ServerName server;
    server.unix_path = path;
    return std::pair(std::move(server), std::string(text.substr(std::min(end + 1, text.size()))));
}

} // namespace

std::string ServerName::text() const
{
    if (isUnix())
        return std::string(unix_prefix) + unix_path;
    return port == netsane_port ? bracketed(host) : textWithPort();
}

std::string ServerName::textWithPort() const
{
    return isUnix() ? text() : bracketed(host) + ":" + std::to_string(port);
}

ServerName ServerName::canonical() const
{
    auto result = *this;
    // A zone is the name of an interface, and capitals make another one of it.
    const auto zone = std::min(host.find('%'), host.size());
    result.host = canonicalHost(host.substr(0, zone)) + host.substr(zone);
    return result;
}

bool ServerName::operator==(const ServerName &other) const
{
    return port == other.port && unix_path == other.unix_path && canonical().host == other.canonical().host;
}

std::optional<std::pair<ServerName, std::string>> parseDeviceName(std::string_view text)
{
    if (text.starts_with(unix_prefix))
        return parseUnixDevice(text.substr(unix_prefix.size()));
    const auto split = splitHost(text);
    if (!split || !isHost(split->first, text.starts_with('[')))
        return std::nullopt;
    ServerName server;
    server.host = split->first;
    auto rest = split->second;
    if (rest.empty())
        return std::pair(std::move(server), std::string());
    if (!rest.starts_with(':'))
        return std::nullopt;
    rest.remove_prefix(1);
    const auto end = std::min(rest.find(':'), rest.size());
    if (const auto port = parsePort(rest.substr(0, end))) {
        server.port = *port;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::pair(std::move(server), std::string(rest));
}

std::optional<ServerName> parseServerName(std::string_view text)
{
    auto parsed = parseDeviceName(text);
    // "host:" and "host:80:" parse as device names with an empty device; a server's name ends without a colon.
    if (!parsed || !parsed->second.empty() || text.ends_with(':'))
        return std::nullopt;
    return std::move(parsed->first);
}

} // namespace netsane
