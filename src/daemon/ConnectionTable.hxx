// The connections there are, who each is, and whether there may be one more.
//
// Owned by the supervisor; no I/O. Connections that have ended are remembered for a while: a failed login may be
// reported after its client has gone.
#pragma once

#include "daemon/DeviceBroker.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/Peer.hxx"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

class ConnectionTable {
public:
    using Client = DeviceBroker::Client;

    // Why there may be no more connections from there; "" if there may.
    std::string judge(const Peer &peer, std::size_t max_connections, std::size_t max_connections_per_host) const;

    std::size_t size() const noexcept { return connections_.size(); }

    ConnectionId add(const Peer &peer);
    void remove(ConnectionId id); // nothing if there is no such connection
    void clear();

    Client *find(ConnectionId id); // nullptr if there is none
    std::vector<ConnectionId> ids() const;

    // Of a connection, also of one that ended not long ago.
    std::optional<Peer> peer(ConnectionId id) const;

private:
    std::map<ConnectionId, Client> connections_;
    std::map<std::string, std::size_t> per_host_;
    std::deque<std::pair<ConnectionId, Peer>> ended_; // the oldest first
    ConnectionId next_ = 1;
};

} // namespace netsane
