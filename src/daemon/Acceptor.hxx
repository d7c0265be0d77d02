// Listening sockets: binds them or is given them, accepts, refuses what is over the limits.
//
// Owned by the supervisor. Source: accept4(2).
#pragma once

#include "daemon/Peer.hxx"
#include "daemon/RefusalLog.hxx"
#include "event/Watch.hxx"
#include "os/ListenAddress.hxx"
#include "os/UniqueFd.hxx"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace netsane {

class Acceptor {
public:
    // A reason refuses the connection; an empty string accepts it.
    using Judge = std::function<std::string(const Peer &peer)>;
    using OnConnection = std::function<void(UniqueFd socket, const Peer &peer)>;

    Acceptor(EventLoop &loop, Judge judge, OnConnection on_connection);
    ~Acceptor();

    // Makes these the listeners; those that exist already stay. One that stands in the way of a new one is closed
    // first, and opened again if the new one can't be had all the same. Throws std::system_error, the listeners are
    // then as before. Does nothing with sockets that were adopted.
    void listenAt(const std::vector<ListenAddress> &addresses);

    // Takes listening sockets that a service manager has opened.
    void adopt(std::vector<UniqueFd> sockets);

    void startAccepting();
    void stop();

    // The addresses as they really are, with the ports that the kernel picked: "127.0.0.1:6576", "unix:/path".
    std::vector<std::string> localAddresses() const;

private:
    struct Listener {
        ListenAddress configured;
        UniqueFd socket;
        bool adopted = false;
        std::unique_ptr<FdWatch> watch;
    };

    using Listeners = std::list<Listener>;

    Listeners open(const std::vector<ListenAddress> &addresses) const;
    Listeners openInPlaceOf(Listeners &replaced, const std::vector<ListenAddress> &addresses);
    static void reopen(Listener &listener, const ListenAddress &address);
    void add(Listeners &listeners);
    void accept(const Listener &listener);
    bool acceptOne(const Listener &listener);
    void outOfDescriptors(const Listener &listener, int error);
    void reserve() noexcept;
    void refuse(const UniqueFd &socket, const Peer &peer, const std::string &reason);
    void watch(Listener &listener);
    static void removeSocketFile(const Listener &listener) noexcept;

    EventLoop &loop_;
    const Judge judge_;
    const OnConnection on_connection_;
    Listeners listeners_;
    bool accepting_ = false;
    Timer pause_;       // when the descriptors have run out
    bool told_ = false; // that they have
    UniqueFd reserve_;  // given up to tell a peer why it isn't served
    RefusalLog refusals_;
    Timer refusals_timer_;
};

} // namespace netsane
