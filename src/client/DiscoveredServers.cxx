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

bool DiscoveredServer::isAt(const std::string &address, unsigned port) const
{
    return port == name.port && std::ranges::find(addresses, address) != addresses.end();
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
        if (std::exchange(there->seen_at, begun_) != begun_)
            there->addresses.clear(); // those of an earlier look
        if (!there->isAt(found.address, found.port) && there->addresses.size() < max_addresses)
            there->addresses.push_back(found.address);
        return;
    }
    DiscoveredServer server{name, {found.address}, config_.settingsFor(name), found.instance, begun_};
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

std::optional<DiscoveredServer> DiscoveredServers::find(const ServerName &name)
{
    if (config_.discover() == Discover::no || name.isUnix() || !mayBeFound(name))
        return std::nullopt;
    const auto *const earlier = known(name);
    if (!earlier || std::chrono::steady_clock::now() - earlier->seen_at > memory) {
        begin(std::chrono::steady_clock::now());
        const auto until = begun_ + longest_time;
        for (auto now = begun_; browser_ && !known(name) && now < until; now = std::chrono::steady_clock::now()) {
            pollfd entry{browser_->fd(), POLLIN, 0};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
            ::poll(&entry, 1, static_cast<int>(left));
            advance(begun_); // the whole time, whatever is usual
        }
        browser_.reset();
    }
    const auto *const found = known(name);
    return found ? std::optional(*found) : std::nullopt;
}

} // namespace netsane
