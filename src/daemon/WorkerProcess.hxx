// A process that the supervisor keeps running: the session process and the auth process.
//
// Owned by the supervisor. Started, told its setup, waited for until it is ready, started again with growing pauses
// when it ends.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/PacketChannel.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <memory>
#include <string>

namespace netsane {

class WorkerProcess {
public:
    struct Callbacks {
        std::function<ByteBuffer()> setup; // the first message to the process, made anew each time
        std::function<void()> on_started;  // before it is ready: more setup
        std::function<void()> on_ready;
        PacketChannel::OnMessage on_message; // but ready and start_failed
        std::function<void()> on_gone;       // it will be started again
        // The very first start has failed; the worker does nothing more.
        std::function<void(const std::string &reason)> on_start_failed;
    };

    WorkerProcess(EventLoop &loop, ChildReaper &reaper, std::string name, ChildSpec spec, Callbacks callbacks);

    // Throws std::system_error when it can't be started.
    void start();

    // Ends it and starts it again, with a new setup.
    void restart();

    // Closes the channel, so that the process ends; it isn't started again.
    void stop();

    // Dropped while it isn't running.
    void send(const ByteBuffer &message, std::vector<UniqueFd> fds = {});

    bool isReady() const noexcept { return ready_; }
    bool isRunning() const noexcept { return channel_ != nullptr; }

private:
    void message(MessageView message, std::vector<UniqueFd> &fds);
    void ended(const std::string &reason);
    void startAgain();

    EventLoop &loop_;
    ChildReaper &reaper_;
    const std::string name_;
    const ChildSpec spec_;
    const Callbacks callbacks_;
    std::unique_ptr<PacketChannel> channel_;
    pid_t pid_ = -1;
    bool ready_ = false;
    bool was_ready_ = false;
    bool stopped_ = false;
    std::string failure_; // what the process said before it ended
    Milliseconds pause_{0};
    TimePoint started_at_;
    Timer restart_timer_;
};

} // namespace netsane
