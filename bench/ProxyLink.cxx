#include "bench/ProxyLink.hxx"

#include "os/Error.hxx"
#include "os/Socket.hxx"

#include <cerrno>
#include <iostream>
#include <sys/socket.h>
#include <utility>

namespace netsane {

namespace {

UniqueFd makeSocket(const SocketAddress &target)
{
    UniqueFd made(::socket(target.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made)
        throwErrno("socket for " + target.toString());
    setNoDelay(made.get());
    return made;
}

} // namespace

ProxyLink::ProxyLink(EventLoop &loop, UniqueFd client, SocketAddress target, const Clock::duration &delay,
                     ProxyTotals &totals, std::function<void()> on_finished)
    : target_(target),
      totals_(totals),
      on_finished_(std::move(on_finished)),
      connected_(totals.trips.clientConnects()),
      client_(std::move(client)),
      server_(makeSocket(target)),
      up_(loop, client_.get(), server_.get(), delay, upEvents()),
      down_(loop, server_.get(), client_.get(), delay, downEvents()),
      connect_timer_(loop, [this] { connectServer(); })
{
    setNoDelay(client_.get());
    ++totals_.connections;
    const auto handshake_done = EventLoop::now() + 3 * delay;
    up_.holdUntil(handshake_done);
    up_.openSource();
    connect_timer_.schedule(handshake_done);
}

DelayedPipe::Events ProxyLink::upEvents()
{
    return {[this](std::size_t count) {
                totals_.bytes_to_server += count;
                return totals_.trips.clientActs();
            },
            [this](TripCounter::Stamp stamp) { totals_.trips.serverLearns(stamp); }, [this] { pipeEnded(); },
            [this] { finish(); }};
}

DelayedPipe::Events ProxyLink::downEvents()
{
    return {[this](std::size_t count) {
                totals_.bytes_to_client += count;
                return totals_.trips.serverActs();
            },
            [this](TripCounter::Stamp stamp) { totals_.trips.clientLearns(stamp); }, [this] { pipeEnded(); },
            [this] { finish(); }};
}

void ProxyLink::connectServer()
{
    totals_.trips.serverLearns(connected_);
    if (::connect(server_.get(), target_.get(), target_.size()) != 0 && errno != EINPROGRESS) {
        std::cerr << "proxy: connect " << target_.toString() << ": " << errnoText(errno) << '\n';
        return finish();
    }
    down_.openSource();
    down_.openSink();
    up_.openSink();
}

void ProxyLink::pipeEnded()
{
    if (open_pipes_ > 0 && --open_pipes_ == 0)
        on_finished_();
}

void ProxyLink::finish()
{
    open_pipes_ = 0;
    on_finished_();
}

} // namespace netsane
