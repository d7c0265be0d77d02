#include "discovery/PublishedPlaces.hxx"

#include <algorithm>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>

namespace netsane {

namespace {

bool isAny(const SocketAddress &address) noexcept
{
    return std::ranges::all_of(address.addressBytes(), [](std::byte byte) { return byte == std::byte{0}; });
}

socklen_t sizeOf(const sockaddr &address) noexcept
{
    return address.sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

std::optional<PublishedPlace> placeOf(const std::string &text, const InterfaceFinder &find)
{
    const auto address = SocketAddress::parse(text);
    if (!address || !address->isIp() || address->isLoopback() || address->port() == 0)
        return std::nullopt;
    constexpr std::size_t v4_bytes = 4;
    const bool is_v4 = address->addressBytes().size() == v4_bytes;
    PublishedPlace place{0, is_v4 ? PublishedPlace::Family::v4 : PublishedPlace::Family::v6, address->port()};
    if (isAny(*address))
        return place;
    place.interface = find(*address);
    return place.interface != 0 ? std::optional(place) : std::nullopt;
}

} // namespace

std::vector<PublishedPlace> publishedPlaces(const std::vector<std::string> &addresses, const InterfaceFinder &find)
{
    std::vector<PublishedPlace> all;
    for (const auto &text : addresses)
        if (const auto place = placeOf(text, find))
            all.push_back(*place);
    std::ranges::stable_sort(all, {}, [](const PublishedPlace &place) { return place.interface != 0; });
    std::vector<PublishedPlace> chosen;
    for (const auto &place : all) {
        const bool taken = std::ranges::any_of(chosen, [&](const PublishedPlace &other) {
            return other.family == place.family && (other.interface == 0 || other.interface == place.interface);
        });
        if (!taken && place.port == all.front().port)
            chosen.push_back(place);
    }
    return chosen;
}

unsigned interfaceOf(const SocketAddress &address)
{
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return 0;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
    for (const ifaddrs *entry = list; entry; entry = entry->ifa_next)
        if (entry->ifa_addr &&
            std::ranges::equal(SocketAddress(entry->ifa_addr, sizeOf(*entry->ifa_addr)).addressBytes(),
                               address.addressBytes()))
            return ::if_nametoindex(entry->ifa_name);
    return 0;
}

} // namespace netsane
