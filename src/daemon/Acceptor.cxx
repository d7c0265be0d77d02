#include "daemon/Acceptor.hxx"

#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "protocol/ConnectionMessages.hxx"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr int first_taken_over_fd = 3;
constexpr int max_accepts_per_turn = 32;
constexpr Milliseconds pause_without_descriptors{200};

// The reason, sent if the socket takes it at once; nobody waits for a peer that is refused.
void refuse(const UniqueFd &socket, const std::string &reason) noexcept
{
    ByteBuffer note;
    encodeServerFail(note, {0, reason});
    ::send(socket.get(), note.data().data(), note.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// The listening sockets; none, with a warning, for IPv6 on a host that has none: [::1] is in the default list.
std::vector<UniqueFd> openSockets(const ListenAddress &address)
{
    try {
        return listenOn(address);
    } catch (const std::system_error &error) {
        const int number = error.code().value();
        const bool no_ipv6 = number == EAFNOSUPPORT || (number == EADDRNOTAVAIL && address.host == "::1");
        if (!no_ipv6)
            throw;
        logWarning(std::string("not listening: ") + error.what());
        return {};
    }
}

} // namespace

Acceptor::Acceptor(EventLoop &loop, Judge judge, OnConnection on_connection)
    : loop_(loop), judge_(std::move(judge)), on_connection_(std::move(on_connection)), pause_(loop, [this] {
          for (auto &listener : listeners_)
              listener.watch->wantRead(accepting_);
      })
{
}

Acceptor::~Acceptor()
{
    stop();
}

void Acceptor::listenAt(const std::vector<ListenAddress> &addresses)
{
    if (!listeners_.empty() && listeners_.front().taken_over)
        return; // the service manager decides
    std::list<Listener> wanted;
    for (const auto &address : addresses) {
        const bool known = std::any_of(listeners_.begin(), listeners_.end(),
                                       [&](const Listener &listener) { return listener.configured == address; });
        if (known)
            continue;
        for (auto &socket : openSockets(address))
            wanted.push_back({address, std::move(socket), false, nullptr});
    }
    if (wanted.empty() && listeners_.empty())
        throw std::runtime_error("there is no address to listen at");
    for (auto listener = listeners_.begin(); listener != listeners_.end();) {
        const bool keep = std::find(addresses.begin(), addresses.end(), listener->configured) != addresses.end();
        if (!keep)
            removeSocketFile(*listener);
        listener = keep ? std::next(listener) : listeners_.erase(listener);
    }
    for (auto &listener : wanted)
        watch(listener);
    listeners_.splice(listeners_.end(), wanted);
}

bool Acceptor::takeOverSockets()
{
    const char *const pid = std::getenv("LISTEN_PID");
    const char *const count = std::getenv("LISTEN_FDS");
    const bool for_us = pid && count && std::strtol(pid, nullptr, 10) == ::getpid();
    const long fds = for_us ? std::strtol(count, nullptr, 10) : 0;
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
    for (int fd = first_taken_over_fd; fd < first_taken_over_fd + fds && fd < 64; ++fd) {
        int listening = 0;
        socklen_t size = sizeof listening;
        if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
            throwErrno(EINVAL, "descriptor " + std::to_string(fd) + " from LISTEN_FDS is no listening socket");
        setNonBlocking(fd, true);
        setCloseOnExec(fd, true);
        listeners_.push_back({{}, UniqueFd(fd), true, nullptr});
        watch(listeners_.back());
    }
    return fds > 0;
}

void Acceptor::watch(Listener &listener)
{
    // The listener moves within lists by splicing, so its address stays.
    listener.watch = std::make_unique<FdWatch>(
        loop_, listener.socket.get(), [this, &listener] { accept(listener); }, [] {});
    listener.watch->wantRead(accepting_);
}

void Acceptor::startAccepting()
{
    accepting_ = true;
    for (auto &listener : listeners_)
        listener.watch->wantRead(true);
}

void Acceptor::stop()
{
    accepting_ = false;
    for (const auto &listener : listeners_)
        removeSocketFile(listener);
    listeners_.clear();
}

void Acceptor::removeSocketFile(const Listener &listener) noexcept
{
    struct stat status {};
    const char *const path = listener.configured.unix_path.c_str();
    if (listener.configured.isUnix() && ::lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        ::unlink(path);
}

void Acceptor::accept(const Listener &listener)
{
    for (int i = 0; i < max_accepts_per_turn; ++i) {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        UniqueFd socket(::accept4(listener.socket.get(), reinterpret_cast<sockaddr *>(&storage), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                logError("can't accept connections: " + errnoText(errno));
                for (auto &each : listeners_)
                    each.watch->wantRead(false);
                pause_.schedule(pause_without_descriptors);
            }
            return; // the rest concerns that one connection, which is gone
        }
        const SocketAddress peer(reinterpret_cast<const sockaddr *>(&storage), size);
        const std::string reason = judge_(peer);
        if (reason.empty()) {
            on_connection_(std::move(socket), peer);
        } else {
            logWarning("connection from " + peer.toString() + " refused: " + reason);
            refuse(socket, reason);
        }
    }
}

std::vector<std::string> Acceptor::localAddresses() const
{
    std::vector<std::string> list;
    for (const auto &listener : listeners_)
        list.push_back(SocketAddress::localOf(listener.socket.get()).toString());
    return list;
}

} // namespace netsane
