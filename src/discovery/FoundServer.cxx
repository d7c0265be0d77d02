#include "discovery/FoundServer.hxx"

#include "util/PortNumber.hxx"
#include "util/Printable.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_host_bytes = 253;
constexpr std::size_t max_text_bytes = 512;
constexpr std::string_view local_ending = ".local";

bool isHostCharacter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool isUsable4(const in_addr &address, bool is_here) noexcept
{
    const auto number = ntohl(address.s_addr);
    const auto first = number >> 24;
    return first == 127 ? is_here : first != 0 && first < 224;
}

bool isUsable6(const in6_addr &address, bool is_here) noexcept
{
    if (IN6_IS_ADDR_LOOPBACK(&address))
        return is_here;
    // Addresses of IPv4 in other clothes could be loopback.
    return !IN6_IS_ADDR_UNSPECIFIED(&address) && !IN6_IS_ADDR_MULTICAST(&address) && !IN6_IS_ADDR_V4MAPPED(&address) &&
           !IN6_IS_ADDR_V4COMPAT(&address);
}

bool isZone(std::string_view zone) noexcept
{
    return !zone.empty() && zone.size() < IF_NAMESIZE && std::ranges::none_of(zone, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '%' || c == '/';
    });
}

std::string_view nextWord(std::string_view &rest)
{
    const auto end = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

std::optional<BrowseEvent> parseFound(std::string_view rest)
{
    BrowseEvent event{BrowseEvent::Kind::found, {}, {}};
    auto &server = event.server;
    const auto host = localHost(nextWord(rest));
    const auto port = parsePort(nextWord(rest));
    server.address = nextWord(rest);
    const auto where = nextWord(rest);
    server.is_here = where == "here";
    if (!host || !port || (!server.is_here && where != "there") || !isUsableAddress(server.address, server.is_here))
        return std::nullopt;
    server.host = *host;
    server.port = *port;
    server.tls = parseTlsOffer(nextWord(rest));
    server.instance = printable(rest, max_text_bytes);
    return event;
}

} // namespace

std::optional<std::string> localHost(std::string_view host)
{
    std::string name(host.substr(0, max_host_bytes + 2));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    if (name.ends_with('.'))
        name.pop_back();
    const bool good = name.size() <= max_host_bytes && name.size() > local_ending.size() &&
                      name.ends_with(local_ending) && !name.starts_with('.') && !name.starts_with('-') &&
                      name.find("..") == std::string::npos && std::ranges::all_of(name, isHostCharacter);
    return good ? std::optional(std::move(name)) : std::nullopt;
}

bool isUsableAddress(const std::string &address, bool is_here)
{
    in_addr in{};
    if (::inet_pton(AF_INET, address.c_str(), &in) == 1)
        return isUsable4(in, is_here);
    const auto zone = address.find('%');
    in6_addr in6{};
    if (::inet_pton(AF_INET6, address.substr(0, zone).c_str(), &in6) != 1)
        return false;
    const bool zone_good = zone == std::string::npos ? !IN6_IS_ADDR_LINKLOCAL(&in6) : isZone(address.substr(zone + 1));
    return zone_good && isUsable6(in6, is_here);
}

std::string browseLine(const FoundServer &server)
{
    return "found " + server.host + " " + std::to_string(server.port) + " " + server.address +
           (server.is_here ? " here " : " there ") + std::string(tlsOfferText(server.tls)) + " " +
           printable(server.instance, max_text_bytes) + "\n";
}

std::optional<BrowseEvent> parseBrowseLine(std::string_view line)
{
    const auto word = nextWord(line);
    if (word == "seen")
        return BrowseEvent{BrowseEvent::Kind::seen, {}, {}};
    if (word == "done")
        return BrowseEvent{BrowseEvent::Kind::done, {}, {}};
    if (word == "fault")
        return BrowseEvent{BrowseEvent::Kind::fault, {}, printable(line, max_text_bytes)};
    return word == "found" ? parseFound(line) : std::nullopt;
}

} // namespace netsane
