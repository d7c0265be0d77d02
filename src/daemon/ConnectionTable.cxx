#include "daemon/ConnectionTable.hxx"

#include <algorithm>
#include <random>

namespace netsane {

namespace {

constexpr std::size_t max_ended = 4096;

} // namespace

std::size_t ConnectionTable::rollDice(std::size_t count)
{
    static std::random_device source; // what an attacker can't learn from earlier results
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(source);
}

std::string ConnectionTable::judge(const Peer &peer, const Limits &limits) const
{
    if (connections_.size() >= limits.connections)
        return "the server has as many connections as it may (max_connections)";
    const auto found = per_host_.find(peer.limitKey());
    const Count host = found == per_host_.end() ? Count{} : found->second;
    if (host.connections >= limits.connections_per_host)
        return "this host has as many connections as it may (max_connections_per_host)";
    return judgeStranger(host, limits);
}

std::string ConnectionTable::judgeStranger(const Count &host, const Limits &limits) const
{
    if (host.strangers >= limits.strangers_per_host)
        return "this host has as many connections on which nobody has logged in or opened a device as it may "
               "(max_strangers_per_host)";
    const std::size_t certain = limits.strangers / 2;
    if (strangers_ >= limits.strangers ||
        (strangers_ > certain && dice_(limits.strangers - certain) < strangers_ - certain))
        return "the server has too many connections on which nobody has logged in or opened a device (max_strangers)";
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

ConnectionId ConnectionTable::add(const Peer &peer, TimePoint now)
{
    const ConnectionId id = next_++;
    Client client{peer};
    client.since = now;
    connections_.emplace(id, Entry{std::move(client)});
    Count &host = per_host_[peer.limitKey()];
    ++host.connections;
    ++host.strangers;
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
    if (const auto host = per_host_.find(entry.client.peer.limitKey()); host != per_host_.end())
        --host->second.strangers;
}

void ConnectionTable::remove(ConnectionId id)
{
    const auto connection = connections_.find(id);
    if (connection == connections_.end())
        return;
    countOffStranger(connection->second);
    Peer &peer = connection->second.client.peer;
    const auto host = per_host_.find(peer.limitKey());
    if (host != per_host_.end() && --host->second.connections == 0)
        per_host_.erase(host);
    ended_.emplace_back(id, std::move(peer));
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
