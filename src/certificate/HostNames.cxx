#include "certificate/HostNames.hxx"

#include "os/SocketAddress.hxx"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <ifaddrs.h>
#include <memory>
#include <netdb.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::chrono::seconds lookup_patience{5};
constexpr std::size_t max_names = 64;

void addOnce(std::vector<std::string> &names, const std::string &name)
{
    if (!name.empty() && names.size() < max_names && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
}

std::string ownName()
{
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string canonicalName(const std::string &name)
{
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0)
        return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owned(list, ::freeaddrinfo);
    return list->ai_canonname ? list->ai_canonname : "";
}

// In a thread of its own: a resolver that doesn't answer must not keep a server from starting. It is left to itself
// then, and ends with the process.
std::string fullName(const std::string &name)
{
    std::packaged_task<std::string()> task([name] { return canonicalName(name); });
    auto result = task.get_future();
    std::thread(std::move(task)).detach();
    if (result.wait_for(lookup_patience) != std::future_status::ready)
        return {};
    return result.get();
}

void addAddress(std::vector<std::string> &names, const SocketAddress &address)
{
    const std::string text = address.hostText();
    if (address.isIp() && text.find('%') == std::string::npos && !text.starts_with("fe80:"))
        addOnce(names, text);
}

void addInterfaces(std::vector<std::string> &names, int family)
{
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs *)> owned(list, ::freeifaddrs);
    for (const ifaddrs *entry = list; entry; entry = entry->ifa_next)
        if (entry->ifa_addr && entry->ifa_addr->sa_family == family)
            addAddress(names,
                       SocketAddress(entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)));
}

} // namespace

std::vector<std::string> hostNames(const std::vector<std::string> &listeners)
{
    std::vector<std::string> names;
    const std::string name = ownName();
    addOnce(names, name);
    if (!name.empty())
        addOnce(names, fullName(name));
    addOnce(names, "localhost");
    for (const auto &listener : listeners) {
        const auto address = SocketAddress::parse(listener);
        if (!address || !address->isIp())
            continue;
        const auto bytes = address->addressBytes();
        if (std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; }))
            addInterfaces(names, address->get()->sa_family);
        else
            addAddress(names, *address);
    }
    return names;
}

} // namespace netsane
