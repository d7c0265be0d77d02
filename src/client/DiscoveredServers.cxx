#include "client/DiscoveredServers.hxx"

#include <algorithm>
#include <poll.h>
#include <utility>

namespace netsane {

namespace {

// What is for all servers is not for those that anybody can make up.
void makeCareful(ServerSettings &settings)
{
    if (!settings.tls)
        settings.tls = TlsMode::require;
    settings.user.reset();
    settings.password.reset();
    settings.certificate.reset();
    settings.key.reset();
}

} // namespace

std::vector<std::string> DiscoveredServer::freshAddresses() const
{
    return {addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(fresh_addresses)};
}

// Those of the look before stay behind: each way to a server announces itself on its own, and some of them later.
void DiscoveredServer::note(const std::string &address, std::chrono::steady_clock::time_point look)
{
    if (std::exchange(seen_at, look) != look) {
        addresses.resize(fresh_addresses);
        fresh_addresses = 0;
    }
    const auto fresh_end = addresses.begin() + static_cast<std::ptrdiff_t>(fresh_addresses);
    if (std::find(addresses.begin(), fresh_end, address) != fresh_end || fresh_addresses == max_addresses)
        return;
    std::erase(addresses, address);
    addresses.insert(addresses.begin() + static_cast<std::ptrdiff_t>(fresh_addresses), address);
    ++fresh_addresses;
    if (addresses.size() > max_addresses)
        addresses.pop_back();
}

void DiscoveredServer::keep(const std::string &address)
{
    if (addresses.size() < max_addresses && std::ranges::find(addresses, address) == addresses.end())
        addresses.push_back(address);
}

DiscoveredServers::DiscoveredServers(const ClientConfig &config, std::string program, DebugSink debug)
    : config_(config), program_(std::move(program)), debug_(std::move(debug))
{
}

void DiscoveredServers::begin(TimePoint now)
{
    browser_.reset();
    begun_ = now;
    std::erase_if(servers_, [now](const DiscoveredServer &server) { return now - server.seen_at > memory; });
    if (config_.discover() != Discover::no)
        browser_ = std::make_unique<ServerBrowser>(program_, debug_);
    if (browser_ && browser_->isOver())
        browser_.reset();
}

DiscoveredServers::TimePoint DiscoveredServers::deadline() const noexcept
{
    return begun_ + (browser_ && browser_->isExpecting() ? longest_time : usual_time);
}

void DiscoveredServers::advance(TimePoint now)
{
    if (!browser_)
        return;
    for (const auto &found : browser_->takeFound())
        add(found);
    if (browser_->isOver() || now >= deadline())
        browser_.reset();
}

// One that netsane.conf names is there already, or must not be connected to.
bool DiscoveredServers::mayBeFound(const ServerName &name) const
{
    return localHost(name.host) && !config_.names(name);
}

const DiscoveredServer *DiscoveredServers::known(const ServerName &name) const noexcept
{
    const auto found = std::ranges::find(servers_, name, &DiscoveredServer::name);
    return found == servers_.end() ? nullptr : &*found;
}

void DiscoveredServers::add(const FoundServer &found)
{
    const ServerName name{found.host, "", found.port};
    if (!mayBeFound(name) || (found.is_here && config_.discover() != Discover::all))
        return;
    const auto there = std::ranges::find(servers_, name, &DiscoveredServer::name);
    if (there != servers_.end()) {
        there->note(found.address, begun_);
        return;
    }
    DiscoveredServer server{name, {found.address}, config_.settingsFor(name), found.instance, begun_, 1};
    makeCareful(server.settings);
    if (found.tls == TlsOffer::no && server.settings.tls == TlsMode::require)
        return debug_(1, name.text() + " announces that it has no encryption, so it isn't asked");
    if (servers_.size() >= max_servers)
        return debug_(1, name.text() + ": more than " + std::to_string(max_servers) + " servers are announced");
    debug_(2, name.text() + " (" + found.address + ") is announced as \"" + found.instance + "\"");
    servers_.push_back(std::move(server));
}

ServerSettings DiscoveredServers::settingsFor(const ServerName &name) const
{
    auto settings = config_.settingsFor(name);
    if (config_.discover() != Discover::no && !name.isUnix() && mayBeFound(name))
        makeCareful(settings);
    return settings;
}

// The whole time, whatever is usual, until that one is found and nobody is known of whom more is to come.
void DiscoveredServers::lookFor(const ServerName &name)
{
    begin(std::chrono::steady_clock::now());
    const auto until = begun_ + longest_time;
    for (auto now = begun_; browser_ && now < until; now = std::chrono::steady_clock::now()) {
        if (known(name) && !browser_->isExpecting())
            break;
        pollfd entry{browser_->fd(), POLLIN, 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        ::poll(&entry, 1, static_cast<int>(left));
        advance(begun_);
    }
    browser_.reset();
}

std::optional<DiscoveredServer> DiscoveredServers::find(const ServerName &name)
{
    if (config_.discover() == Discover::no || name.isUnix() || !mayBeFound(name))
        return std::nullopt;
    const auto *const there = known(name);
    if (there && std::chrono::steady_clock::now() - there->seen_at <= memory)
        return *there;
    const auto earlier = there ? std::optional(*there) : std::nullopt;
    lookFor(name);
    const auto found = std::ranges::find(servers_, name, &DiscoveredServer::name);
    if (found == servers_.end()) {
        if (earlier) // it was listed, and may well be there; the next listing has no more of it for that
            servers_.push_back(*earlier);
        return earlier;
    }
    if (earlier)
        for (const auto &address : earlier->addresses)
            found->keep(address);
    return *found;
}

} // namespace netsane
