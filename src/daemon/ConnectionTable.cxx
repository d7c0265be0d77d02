#include "daemon/ConnectionTable.hxx"

#include <algorithm>
#include <exception>
#include <random>

namespace netsane {

namespace {

constexpr std::size_t max_ended = 4096;

} // namespace

std::size_t ConnectionTable::rollDice(std::size_t count)
{
    try {
        static std::random_device source; // what an attacker can't learn from earlier results
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(source);
    } catch (const std::exception &) {
        return 0; // the places count as taken
    }
}

ConnectionTable::Count ConnectionTable::countOf(const Peer &peer) const
{
    const auto found = per_host_.find(peer.limitKey());
    return found == per_host_.end() ? Count{} : found->second;
}

std::string ConnectionTable::judge(const Peer &peer, const Limits &limits) const
{
    if (connections_.size() >= limits.connections)
        return "the server has as many connections as it may (max_connections)";
    const Count host = countOf(peer);
    if (host.connections >= limits.connections_per_host)
        return "this host has as many connections as it may (max_connections_per_host)";
    if (host.strangers >= limits.strangers_per_host)
        return "this host has as many connections on which nobody has logged in or opened a device as it may "
               "(max_strangers_per_host)";
    return "";
}

std::pair<std::string, std::size_t> ConnectionTable::busiestHost() const
{
    const auto found = std::max_element(per_host_.begin(), per_host_.end(), [](const auto &a, const auto &b) {
        return a.second.connections < b.second.connections;
    });
    if (found == per_host_.end())
        return {};
    return {found->first, found->second.connections};
}

ConnectionTable::Room ConnectionTable::roomFor(const Peer &newcomer, const Limits &limits) const
{
    const std::size_t certain = limits.strangers / 2;
    const bool is_full = strangers_ >= limits.strangers;
    if (!is_full && (strangers_ <= certain || dice_(limits.strangers - certain) >= strangers_ - certain))
        return {};
    return {strangersOfFullest(newcomer), is_full};
}

// A newcomer whose host would be ahead of all others takes the place of one of its own.
std::vector<ConnectionId> ConnectionTable::strangersOfFullest(const Peer &newcomer) const
{
    const std::string own_key = newcomer.limitKey();
    std::size_t most = countOf(newcomer).strangers + 1;
    bool only_own = true;
    for (const auto &[key, host] : per_host_)
        if (key != own_key && host.strangers >= most) {
            most = host.strangers;
            only_own = false;
        }
    std::vector<ConnectionId> list;
    for (const auto &[id, entry] : connections_) {
        const bool is_fullest = only_own ? entry.host->first == own_key : entry.host->second.strangers == most;
        if (entry.is_stranger && is_fullest && list.size() < max_in_the_way)
            list.push_back(id);
    }
    return list;
}

ConnectionId ConnectionTable::add(const Peer &peer, TimePoint now)
{
    const ConnectionId id = next_++;
    const auto host = per_host_.try_emplace(peer.limitKey()).first;
    Client client{peer};
    client.since = now;
    connections_.emplace(id, Entry{std::move(client), host});
    ++host->second.connections;
    ++host->second.strangers;
    ++strangers_;
    return id;
}

void ConnectionTable::noLongerStranger(ConnectionId id)
{
    if (const auto found = connections_.find(id); found != connections_.end())
        countOffStranger(found->second);
}

void ConnectionTable::countOffStranger(Entry &entry)
{
    if (!std::exchange(entry.is_stranger, false))
        return;
    --strangers_;
    --entry.host->second.strangers;
}

void ConnectionTable::remove(ConnectionId id)
{
    const auto connection = connections_.find(id);
    if (connection == connections_.end())
        return;
    countOffStranger(connection->second);
    if (--connection->second.host->second.connections == 0)
        per_host_.erase(connection->second.host);
    ended_.emplace_back(id, std::move(connection->second.client.peer));
    connections_.erase(connection);
    if (ended_.size() > max_ended)
        ended_.pop_front();
}

void ConnectionTable::clear()
{
    for (const ConnectionId id : ids())
        remove(id);
}

const ConnectionTable::Client *ConnectionTable::find(ConnectionId id) const
{
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : &found->second.client;
}

ConnectionTable::Client *ConnectionTable::find(ConnectionId id)
{
    return const_cast<Client *>(std::as_const(*this).find(id));
}

std::vector<ConnectionId> ConnectionTable::ids() const
{
    std::vector<ConnectionId> list;
    for (const auto &[id, entry] : connections_)
        list.push_back(id);
    return list;
}

std::optional<Peer> ConnectionTable::peer(ConnectionId id) const
{
    if (const auto found = connections_.find(id); found != connections_.end())
        return found->second.client.peer;
    const auto ended =
        std::find_if(ended_.begin(), ended_.end(), [id](const auto &entry) { return entry.first == id; });
    return ended == ended_.end() ? std::nullopt : std::optional(ended->second);
}

} // namespace netsane
