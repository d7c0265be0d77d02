// A process that the supervisor keeps running: the session process and the auth process.
//
// Owned by the supervisor. Started, told its setup, waited for until it is ready, started again with growing pauses
// when it ends, and ended when it doesn't answer. A candidate with another setup can be tried out beside the process
// that runs, and take its place.
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
#include <utility>
#include <vector>

namespace netsane {

// The first message to a process, with the descriptors that belong to it.
struct SetupMessage {
    SetupMessage(ByteBuffer bytes, std::vector<UniqueFd> descriptors = {})
        : message(std::move(bytes)), fds(std::move(descriptors))
    {
    }

    ByteBuffer message;
    std::vector<UniqueFd> fds;
};

class WorkerProcess {
public:
    struct Callbacks {
        std::function<SetupMessage()> setup; // made anew each time
        std::function<void()> on_started;    // before it is ready: more setup
        std::function<void()> on_ready;
        PacketChannel::OnMessage on_message; // but ready and start_failed
        std::function<void()> on_gone;       // it will be started again
        // The very first start has failed; the worker does nothing more.
        std::function<void(const std::string &reason)> on_start_failed;
    };
    // Empty when the candidate is ready; else why it isn't, or isn't any more. It is gone then.
    using OnTried = std::function<void(const std::string &failure)>;

    // patience: a process that is ready and then says nothing for so long, though it is asked, is killed
    WorkerProcess(EventLoop &loop, ChildReaper &reaper, std::string name, ChildSpec spec, Milliseconds patience,
                  Callbacks callbacks);

    // Throws std::system_error when it can't be started.
    void start();

    // Starts a candidate, in place of one that there is, and tells from the loop how that went. Its messages are not
    // passed on. Throws std::system_error when it can't be started.
    void tryOut(SetupMessage setup, OnTried on_tried);
    // The candidate, which must be ready, becomes the process; the old one is ended.
    void promoteCandidate();
    // Ends it, if there is one; nothing is told any more.
    void dropCandidate();
    bool hasReadyCandidate() const noexcept { return candidate_ && candidate_->ready; }

    // Closes the channel, so that the process ends; it isn't started again.
    void stop();

    // Dropped while it isn't running.
    void send(const ByteBuffer &message, std::vector<UniqueFd> fds = {});

    bool isReady() const noexcept { return current_ && current_->ready; }
    bool isRunning() const noexcept { return current_ != nullptr; }

private:
    struct Instance {
        pid_t pid = -1;
        TimePoint started_at;
        bool ready = false;
        std::string failure; // what the process said before it ended
        std::unique_ptr<PacketChannel> channel;
        TimePoint heard_at;     // its last word
        bool suspected = false; // has been silent for too long and was asked once more
    };

    std::unique_ptr<Instance> launch(SetupMessage setup);
    void end(std::unique_ptr<Instance> &instance);
    void message(Instance &instance, MessageView message, std::vector<UniqueFd> &fds);
    void ended(Instance &instance, const std::string &reason);
    void candidateTried();
    void startAgain();
    void watchOver();

    EventLoop &loop_;
    ChildReaper &reaper_;
    const std::string name_;
    const ChildSpec spec_;
    const Milliseconds patience_;
    const Callbacks callbacks_;
    std::unique_ptr<Instance> current_;
    bool was_ready_ = false;
    bool stopped_ = false;
    RestartPause pause_;
    Timer restart_timer_;
    Timer watchdog_;
    std::unique_ptr<Instance> candidate_;
    OnTried on_tried_;
    Timer tried_timer_; // the candidate's deadline; then, with no delay, its outcome
};

} // namespace netsane
