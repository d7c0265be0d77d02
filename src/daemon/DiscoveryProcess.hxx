// Keeps the program netsaned-discovery running, which announces this server in the network.
//
// Owned by the supervisor, which links no D-Bus itself. Nothing depends on it: where the program can't be started or
// ends, the server goes on without being announced. It is told once what to announce; another announcement is another
// process. What it says is for the log.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/PacketChannel.hxx"
#include "daemon/RestartPause.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <memory>
#include <string>

namespace netsane {

class DiscoveryProcess {
public:
    // What holds it in its place.
    using OnConfined = std::function<void(const std::string &text)>;

    DiscoveryProcess(EventLoop &loop, ChildReaper &reaper, OnConfined on_confined);

    // Announces this from now on, by this program. Does nothing where it is announced already.
    void announce(const DiscoverySetup &setup, const ChildSpec &program);

    // Takes back what is announced.
    void withdraw();

private:
    void start();
    void ended(const std::string &reason);
    void end();

    EventLoop &loop_;
    ChildReaper &reaper_;
    const OnConfined on_confined_;
    ChildSpec program_;
    DiscoverySetup setup_;
    bool wanted_ = false;
    pid_t pid_ = -1;
    TimePoint started_at_;
    std::unique_ptr<PacketChannel> channel_;
    RestartPause pause_;
    Timer restart_timer_; // with no delay: from within the channel
};

} // namespace netsane
