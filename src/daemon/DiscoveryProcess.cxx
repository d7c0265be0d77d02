#include "daemon/DiscoveryProcess.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"

#include <algorithm>
#include <exception>
#include <unistd.h>
#include <utility>

namespace netsane {

DiscoveryProcess::DiscoveryProcess(EventLoop &loop, ChildReaper &reaper, OnConfined on_confined)
    : loop_(loop), reaper_(reaper), on_confined_(std::move(on_confined)), restart_timer_(loop, [this] { start(); })
{
}

void DiscoveryProcess::announce(const DiscoverySetup &setup, const ChildSpec &program)
{
    if (wanted_ && setup == setup_)
        return;
    withdraw();
    if (::access(program.program.c_str(), X_OK) != 0)
        return logWarning("discovery = true, but " + program.program +
                          " isn't installed: this server is not announced in the network");
    program_ = program;
    setup_ = setup;
    wanted_ = true;
    pause_.reset();
    start();
}

void DiscoveryProcess::start()
{
    end();
    try {
        auto [ours, theirs] = packetSocketPair();
        started_at_ = EventLoop::now();
        pid_ = startChild(program_, std::move(theirs));
        reaper_.watch(pid_, [](int) {});
        channel_ = std::make_unique<PacketChannel>(
            loop_, std::move(ours),
            [this](MessageView message, std::vector<UniqueFd> &) { on_confined_(decodeText(message)); },
            [this](const std::string &reason) { ended(reason); });
        channel_->send(encodeIpc(setup_));
    } catch (const std::exception &error) {
        ended(error.what());
    }
}

void DiscoveryProcess::ended(const std::string &reason)
{
    const auto wait = pause_.next(EventLoop::now() - started_at_);
    if (wait < RestartPause::longest)
        logWarning("the discovery process has ended (" + reason + "), it is started again");
    restart_timer_.schedule(wait);
}

// At once, and without a word to it: it may wait for a D-Bus that hangs, and Avahi notices its end by itself.
void DiscoveryProcess::end()
{
    restart_timer_.cancel();
    if (std::exchange(channel_, nullptr))
        reaper_.killAfter(pid_, Milliseconds(0));
}

void DiscoveryProcess::withdraw()
{
    wanted_ = false;
    end();
}

} // namespace netsane
