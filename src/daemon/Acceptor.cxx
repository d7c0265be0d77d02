#include "daemon/Acceptor.hxx"

#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "protocol/ConnectionMessages.hxx"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr int max_accepts_per_turn = 32;
constexpr Milliseconds pause_without_descriptors{200};

// The reason, sent if the socket takes it at once; nobody waits for a peer that is refused.
void sendRefusal(const UniqueFd &socket, const std::string &reason) noexcept
{
    ByteBuffer note;
    encodeServerFail(note, {0, reason});
    ::send(socket.get(), note.data().data(), note.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Nothing, with errno set, when none could be had.
std::pair<UniqueFd, Peer> takeConnection(int listener)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    UniqueFd socket(::accept4(listener, reinterpret_cast<sockaddr *>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket)
        return {};
    Peer peer{SocketAddress(reinterpret_cast<const sockaddr *>(&storage), size), peerUser(socket.get())};
    return {std::move(socket), std::move(peer)};
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
    : loop_(loop),
      judge_(std::move(judge)),
      on_connection_(std::move(on_connection)),
      pause_(loop,
             [this] {
                 reserve();
                 for (auto &listener : listeners_)
                     listener.watch->wantRead(accepting_);
             }),
      refusals_timer_(loop, [this] {
          if (const auto count = refusals_.takeCount(); count != 0)
              logWarning(std::to_string(count) + " more connections refused");
      })
{
    reserve();
}

Acceptor::~Acceptor()
{
    stop();
}

void Acceptor::listenAt(const std::vector<ListenAddress> &addresses)
{
    if (!listeners_.empty() && listeners_.front().adopted)
        return; // the service manager decides
    std::vector<ListenAddress> missing;
    for (const auto &address : addresses)
        if (std::none_of(listeners_.begin(), listeners_.end(),
                         [&](const Listener &listener) { return listener.configured == address; }))
            missing.push_back(address);
    Listeners replaced;
    for (auto listener = listeners_.begin(); listener != listeners_.end();) {
        const auto here = listener++;
        if (std::find(addresses.begin(), addresses.end(), here->configured) == addresses.end())
            replaced.splice(replaced.end(), listeners_, here);
    }
    try {
        Listeners fresh = openInPlaceOf(replaced, missing);
        add(fresh);
    } catch (...) {
        add(replaced);
        throw;
    }
    for (const auto &listener : replaced)
        removeSocketFile(listener);
}

Acceptor::Listeners Acceptor::open(const std::vector<ListenAddress> &addresses) const
{
    Listeners opened;
    try {
        for (const auto &address : addresses)
            for (auto &socket : openSockets(address))
                opened.push_back({address, std::move(socket), false, nullptr});
        if (opened.empty() && listeners_.empty())
            throw std::runtime_error("there is no address to listen at");
    } catch (...) {
        for (const auto &listener : opened)
            removeSocketFile(listener);
        throw;
    }
    return opened;
}

// 127.0.0.1:6576 and 0.0.0.0:6576 can't be bound at the same time, not even by one process. The listeners to be
// replaced are therefore closed where that helps; connections in their queues are lost then. They are as before when
// this throws.
Acceptor::Listeners Acceptor::openInPlaceOf(Listeners &replaced, const std::vector<ListenAddress> &addresses)
{
    try {
        return open(addresses);
    } catch (const std::system_error &error) {
        if (error.code().value() != EADDRINUSE || replaced.empty())
            throw;
    }
    std::vector<std::pair<Listener *, ListenAddress>> closed; // as bound, with the port that the kernel picked
    for (auto &listener : replaced) {
        if (listener.configured.isUnix())
            continue;
        const auto address = SocketAddress::localOf(listener.socket.get());
        listener.watch.reset();
        listener.socket.reset();
        closed.emplace_back(&listener, ListenAddress{address.hostText(), address.port(), ""});
    }
    try {
        return open(addresses);
    } catch (...) {
        for (auto &[listener, address] : closed)
            reopen(*listener, address);
        replaced.remove_if([](const Listener &listener) { return !listener.socket; });
        throw;
    }
}

void Acceptor::reopen(Listener &listener, const ListenAddress &address)
{
    try {
        listener.socket = std::move(listenOn(address).front());
    } catch (const std::system_error &error) {
        logError(std::string("a listener is lost: ") + error.what());
    }
}

// Whatever they were watched by before is replaced.
void Acceptor::add(Listeners &listeners)
{
    for (auto &listener : listeners)
        watch(listener);
    listeners_.splice(listeners_.end(), listeners);
}

void Acceptor::adopt(std::vector<UniqueFd> sockets)
{
    Listeners adopted;
    for (auto &socket : sockets)
        adopted.push_back({{}, std::move(socket), true, nullptr});
    add(adopted);
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
    for (int i = 0; i < max_accepts_per_turn; ++i)
        if (!acceptOne(listener))
            return;
}

// False when there is nothing more to accept now.
bool Acceptor::acceptOne(const Listener &listener)
{
    auto [socket, peer] = takeConnection(listener.socket.get());
    if (!socket) {
        if (const int error = errno; error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
            outOfDescriptors(listener, error);
        return false; // the rest concerns that one connection, which is gone
    }
    told_ = false;
    const std::string reason = judge_(peer);
    if (reason.empty())
        on_connection_(std::move(socket), peer);
    else
        refuse(socket, peer, reason);
    return true;
}

// The connection would stay in the queue and wake this process for ever: one is told why, the others wait a moment.
void Acceptor::outOfDescriptors(const Listener &listener, int error)
{
    if (!std::exchange(told_, true))
        logError("can't accept connections: " + errnoText(error) +
                 "; raise the limit of open files (LimitNOFILE= of the unit, ulimit -n) or lower max_connections");
    reserve();
    if (reserve_) {
        reserve_.reset();
        if (auto [socket, peer] = takeConnection(listener.socket.get()); socket)
            refuse(socket, peer, "the server has no room for more open files");
    }
    reserve();
    for (auto &each : listeners_)
        each.watch->wantRead(false);
    pause_.schedule(pause_without_descriptors);
}

// Somebody else may have taken the one that was given up.
void Acceptor::reserve() noexcept
{
    if (!reserve_)
        reserve_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void Acceptor::refuse(const UniqueFd &socket, const Peer &peer, const std::string &reason)
{
    if (refusals_.mayLog(EventLoop::now()))
        logWarning("connection from " + peer.toString() + " refused: " + reason);
    else if (refusals_.counted() == 1)
        refusals_timer_.schedule(RefusalLog::interval);
    sendRefusal(socket, reason);
}

std::vector<std::string> Acceptor::localAddresses() const
{
    std::vector<std::string> list;
    for (const auto &listener : listeners_)
        list.push_back(SocketAddress::localOf(listener.socket.get()).toString());
    return list;
}

} // namespace netsane
