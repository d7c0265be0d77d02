#include "daemon/ConnectionTable.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr std::size_t max_ended = 4096;

} // namespace

std::string ConnectionTable::judge(const Peer &peer, std::size_t max_connections,
                                   std::size_t max_connections_per_host) const
{
    if (connections_.size() >= max_connections)
        return "the server has as many connections as it may (max_connections)";
    const auto host = per_host_.find(peer.limitKey());
    if (host != per_host_.end() && host->second >= max_connections_per_host)
        return "this host has as many connections as it may (max_connections_per_host)";
    return "";
}

ConnectionId ConnectionTable::add(const Peer &peer)
{
    const ConnectionId id = next_++;
    connections_.emplace(id, Client{peer});
    ++per_host_[peer.limitKey()];
    return id;
}

void ConnectionTable::remove(ConnectionId id)
{
    const auto connection = connections_.find(id);
    if (connection == connections_.end())
        return;
    const auto host = per_host_.find(connection->second.peer.limitKey());
    if (host != per_host_.end() && --host->second == 0)
        per_host_.erase(host);
    ended_.emplace_back(id, std::move(connection->second.peer));
    connections_.erase(connection);
    if (ended_.size() > max_ended)
        ended_.pop_front();
}

void ConnectionTable::clear()
{
    for (const ConnectionId id : ids())
        remove(id);
}

ConnectionTable::Client *ConnectionTable::find(ConnectionId id)
{
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : &found->second;
}

std::vector<ConnectionId> ConnectionTable::ids() const
{
    std::vector<ConnectionId> list;
    for (const auto &[id, client] : connections_)
        list.push_back(id);
    return list;
}

std::optional<Peer> ConnectionTable::peer(ConnectionId id) const
{
    if (const auto found = connections_.find(id); found != connections_.end())
        return found->second.peer;
    const auto ended =
        std::find_if(ended_.begin(), ended_.end(), [id](const auto &entry) { return entry.first == id; });
    return ended == ended_.end() ? std::nullopt : std::optional(ended->second);
}

} // namespace netsane
