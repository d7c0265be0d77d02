#include "bench/Proxy.hxx"

#include "os/Error.hxx"
#include "os/ListenAddress.hxx"

#include <cerrno>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace netsane {

struct Proxy::Route {
    Route(Proxy &proxy, UniqueFd listening, SocketAddress to)
        : listener(std::move(listening)),
          target(to),
          watch(
              proxy.loop_, listener.get(), [this, &proxy] { proxy.accept(*this); }, nullptr)
    {
        watch.wantRead(true);
    }

    UniqueFd listener;
    SocketAddress target;
    FdWatch watch; // of this very object
};

Proxy::Proxy(EventLoop &loop) : loop_(loop), sweeper_(loop, [this] { sweep(); }) {}

Proxy::~Proxy() = default;

std::string Proxy::addRoute(const std::string &route)
{
    const auto sign = route.find('=');
    const auto target = SocketAddress::parse(std::string_view(route).substr(sign == std::string::npos ? 0 : sign + 1));
    if (sign == std::string::npos || !target)
        throw std::invalid_argument("not LISTEN=TARGET with numeric addresses and ports: " + route);
    auto listeners = listenOn(ListenAddress::parse(route.substr(0, sign), 0));
    routes_.push_back(std::make_unique<Route>(*this, std::move(listeners.front()), *target));
    return SocketAddress::localOf(routes_.back()->listener.get()).toString();
}

void Proxy::accept(const Route &route)
{
    UniqueFd client(::accept4(route.listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) {
        if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
            throwErrno("accept for " + route.target.toString());
        return;
    }
    links_.emplace_back(loop_, std::move(client), route.target, delay_, totals_,
                        [this] { sweeper_.schedule(Milliseconds(0)); });
}

void Proxy::sweep()
{
    links_.remove_if([](const ProxyLink &link) { return link.isFinished(); });
}

std::string Proxy::report() const
{
    return fmt::format(R"({{"connections": {}, "open_connections": {}, "round_trips": {}, )"
                       R"("bytes_to_server": {}, "bytes_to_client": {}}})",
                       totals_.connections, links_.size(), totals_.trips.roundTrips(), totals_.bytes_to_server,
                       totals_.bytes_to_client);
}

} // namespace netsane
