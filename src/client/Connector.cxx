#include "client/Connector.hxx"

#include "os/Error.hxx"
#include "os/Socket.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

namespace netsane {

namespace {

constexpr std::size_t max_addresses = 16;
constexpr std::chrono::milliseconds lookup_pause{250};

// When a lookup may block this thread: its other connections shall have had time for an answer.
thread_local Connector::TimePoint next_lookup{};

struct FreeAddresses {
    void operator()(addrinfo *list) const noexcept { ::freeaddrinfo(list); }
};

bool isLoopback(const sockaddr_storage &address) noexcept
{
    if (address.ss_family == AF_UNIX)
        return true;
    if (address.ss_family == AF_INET) {
        sockaddr_in in;
        std::memcpy(&in, &address, sizeof in);
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    if (address.ss_family != AF_INET6)
        return false;
    sockaddr_in6 in6;
    std::memcpy(&in6, &address, sizeof in6);
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) && in6.sin6_addr.s6_addr[12] == 127);
}

} // namespace

Connector::Connector(const ServerName &server, std::chrono::milliseconds timeout,
                     const std::vector<std::string> &addresses)
    : server_(server), server_text_(server.textWithPort()), timeout_(timeout)
{
    for (const auto &address : addresses)
        lookUp(address, AI_NUMERICHOST);
    if (server.isUnix())
        addUnix(server.unix_path);
    else if (addresses.empty())
        lookUp(server.host, AI_NUMERICHOST);
    const auto now = std::chrono::steady_clock::now();
    deadline_ = now + timeout;
    lookup_wanted_ = addresses_.empty() && addresses.empty() && !server.isUnix();
    if (lookup_wanted_)
        attempt_deadline_ = now;
    else
        begin(now);
}

void Connector::lookUpNow()
{
    if (!lookup_wanted_)
        return;
    lookup_wanted_ = false;
    lookUp(server_.host, 0);
    const auto now = std::chrono::steady_clock::now();
    deadline_ = now + timeout_;
    begin(now);
}

void Connector::begin(TimePoint now)
{
    next_lookup = now + lookup_pause;
    if (addresses_.empty())
        state_ = State::failed;
    else
        start(now);
}

void Connector::addUnix(const std::string &path)
{
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    if (path.size() >= sizeof un.sun_path) {
        error_ = server_text_ + ": the path is too long for a socket";
        return;
    }
    std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
    Address address{};
    std::memcpy(&address.bytes, &un, sizeof un);
    address.size = sizeof un;
    addresses_.push_back(address);
}

void Connector::lookUp(const std::string &host, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo *found = nullptr;
    const int result = ::getaddrinfo(host.c_str(), std::to_string(server_.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, FreeAddresses> list(found);
    if (result != 0) {
        error_ = host + ": " + (result == EAI_SYSTEM ? errnoText(errno) : ::gai_strerror(result));
        return;
    }
    for (const addrinfo *entry = list.get(); entry && addresses_.size() < max_addresses; entry = entry->ai_next) {
        Address address{};
        if (entry->ai_addrlen > sizeof address.bytes)
            continue;
        std::memcpy(&address.bytes, entry->ai_addr, entry->ai_addrlen);
        address.size = entry->ai_addrlen;
        addresses_.push_back(address);
    }
}

bool Connector::tryConnect(const Address &address)
{
    fd_.reset(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd_) {
        setNoDelay(fd_.get());
        if (::connect(fd_.get(), reinterpret_cast<const sockaddr *>(&address.bytes), address.size) == 0) {
            state_ = State::connected;
            return true;
        }
        if (errno == EINPROGRESS || errno == EINTR)
            return true;
    }
    error_ = server_text_ + ": " + errnoText(errno);
    return false;
}

void Connector::start(TimePoint now)
{
    while (!tryConnect(addresses_[current_])) {
        if (++current_ == addresses_.size()) {
            fd_.reset();
            state_ = State::failed;
            return;
        }
    }
    const auto left = std::max(deadline_ - now, TimePoint::duration::zero());
    attempt_deadline_ = now + left / static_cast<int>(addresses_.size() - current_);
}

void Connector::nextAddress(TimePoint now)
{
    if (++current_ < addresses_.size() && now < deadline_)
        return start(now);
    fd_.reset();
    state_ = State::failed;
}

Connector::State Connector::advance(TimePoint now)
{
    if (state_ != State::connecting)
        return state_;
    if (lookup_wanted_) {
        if (now >= deadline_) {
            error_ = server_text_ + ": no time was left to look up its name";
            state_ = State::failed;
        } else if (now < next_lookup) {
            attempt_deadline_ = next_lookup;
        } else {
            lookup_wanted_ = false;
            lookUp(server_.host, 0);
            begin(std::chrono::steady_clock::now());
        }
        return state_;
    }
    pollfd entry{fd_.get(), POLLOUT, 0};
    if (::poll(&entry, 1, 0) > 0) {
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
            error = errno;
        if (error == 0) {
            state_ = State::connected;
        } else {
            error_ = server_text_ + ": " + errnoText(error);
            nextAddress(now);
        }
    } else if (now >= attempt_deadline_) {
        error_ = server_text_ + ": " + errnoText(ETIMEDOUT);
        nextAddress(now);
    }
    return state_;
}

bool Connector::isLocal() const noexcept
{
    return current_ < addresses_.size() && isLoopback(addresses_[current_].bytes);
}

std::string Connector::peerText() const
{
    if (current_ >= addresses_.size() || addresses_[current_].bytes.ss_family == AF_UNIX)
        return {};
    const auto &address = addresses_[current_];
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(reinterpret_cast<const sockaddr *>(&address.bytes), address.size, host.data(), host.size(),
                      nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return host.data();
}

} // namespace netsane
