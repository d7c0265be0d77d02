// The connections there are, who each is, and whether there may be one more.
//
// A connection is a stranger's until somebody has logged in on it or a device was opened on it. Strangers have limits
// of their own, so that they don't take the places of those who scan. Where their places are taken, one of the host
// that has the most has to go for a newcomer, so that a few hosts can't keep all others out; from half of the limit on,
// chance decides whether the places count as taken, the more are the more often. Owned by the supervisor; no I/O.
// Connections that have ended are remembered for a while: a failed login may be reported after its client has gone.
#pragma once

#include "daemon/DeviceBroker.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/Peer.hxx"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

class ConnectionTable {
public:
    using Client = DeviceBroker::Client;
    // One of 0 … count − 1, each as likely as the others.
    using Dice = std::function<std::size_t(std::size_t count)>;

    struct Limits {
        std::size_t connections;
        std::size_t connections_per_host;
        std::size_t strangers;
        std::size_t strangers_per_host;
    };

    // For one more stranger.
    struct Room {
        std::vector<ConnectionId> in_the_way; // one of them should go, the first that can; empty: there is room
        bool is_full = false;                 // without that there is none
    };

    static constexpr std::size_t max_in_the_way = 256;

    explicit ConnectionTable(Dice dice = rollDice) : dice_(std::move(dice)) {}

    // Why there may be no more connections from there; "" if there may.
    std::string judge(const Peer &peer, const Limits &limits) const;

    // Before it is added: who may have to go for it, the strangers of the host that has the most with it, the oldest
    // first, at most max_in_the_way.
    Room roomFor(const Peer &newcomer, const Limits &limits) const;

    std::size_t size() const noexcept { return connections_.size(); }

    // Those on which nobody has logged in and no device was opened.
    std::size_t strangers() const noexcept { return strangers_; }

    // The host that has the most, and how many; "" and 0 where there are none.
    std::pair<std::string, std::size_t> busiestHost() const;

    ConnectionId add(const Peer &peer, TimePoint now = EventLoop::now());
    void noLongerStranger(ConnectionId id); // nothing if there is no such connection
    void remove(ConnectionId id);           // nothing if there is no such connection
    void clear();

    Client *find(ConnectionId id); // nullptr if there is none
    const Client *find(ConnectionId id) const;
    std::vector<ConnectionId> ids() const;

    // Of a connection, also of one that ended not long ago.
    std::optional<Peer> peer(ConnectionId id) const;

private:
    struct Count {
        std::size_t connections = 0;
        std::size_t strangers = 0;
    };
    using Hosts = std::map<std::string, Count>;
    struct Entry {
        Client client;
        Hosts::iterator host;
        bool is_stranger = true;
    };

    static std::size_t rollDice(std::size_t count);
    Count countOf(const Peer &peer) const;
    std::vector<ConnectionId> strangersOfFullest(const Peer &newcomer) const;
    void countOffStranger(Entry &entry);

    const Dice dice_;
    std::map<ConnectionId, Entry> connections_; // the oldest first
    std::size_t strangers_ = 0;
    Hosts per_host_;
    std::deque<std::pair<ConnectionId, Peer>> ended_; // the oldest first
    ConnectionId next_ = 1;
};

} // namespace netsane
