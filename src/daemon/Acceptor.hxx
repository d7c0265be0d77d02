// Listening sockets: binds them or takes them over, accepts, refuses what is over the limits.
//
// Owned by the supervisor. Source: accept4(2), sd_listen_fds(3).
#pragma once

#include "event/Watch.hxx"
#include "os/ListenAddress.hxx"
#include "os/SocketAddress.hxx"
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
    using Judge = std::function<std::string(const SocketAddress &peer)>;
    using OnConnection = std::function<void(UniqueFd socket, const SocketAddress &peer)>;

    Acceptor(EventLoop &loop, Judge judge, OnConnection on_connection);
    ~Acceptor();

    // Makes these the listeners; those that exist already stay. Throws std::system_error, the listeners are then as
    // before.
    void listenAt(const std::vector<ListenAddress> &addresses);

    // Takes over the descriptors that a service manager has opened for this process (LISTEN_FDS). False if there are
    // none.
    bool takeOverSockets();

    void startAccepting();
    void stop();

    // The addresses as they really are, with the ports that the kernel picked: "127.0.0.1:6576", "unix:/path".
    std::vector<std::string> localAddresses() const;

private:
    struct Listener {
        ListenAddress configured;
        UniqueFd socket;
        bool taken_over = false;
        std::unique_ptr<FdWatch> watch;
    };

    void accept(const Listener &listener);
    void watch(Listener &listener);
    static void removeSocketFile(const Listener &listener) noexcept;

    EventLoop &loop_;
    const Judge judge_;
    const OnConnection on_connection_;
    std::list<Listener> listeners_;
    bool accepting_ = false;
    Timer pause_; // when the descriptors have run out
};

} // namespace netsane
