#include "daemon/WorkerProcess.hxx"

#include "daemon/Log.hxx"

#include <algorithm>
#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds first_pause{50};
constexpr Milliseconds longest_pause{5000};
constexpr Milliseconds stable_after{30000};
constexpr Milliseconds exit_grace{5000};

} // namespace

WorkerProcess::WorkerProcess(EventLoop &loop, ChildReaper &reaper, std::string name, ChildSpec spec,
                             Callbacks callbacks)
    : loop_(loop),
      reaper_(reaper),
      name_(std::move(name)),
      spec_(std::move(spec)),
      callbacks_(std::move(callbacks)),
      restart_timer_(loop, [this] { startAgain(); })
{
}

void WorkerProcess::start()
{
    auto [ours, theirs] = packetSocketPair();
    pid_ = startChild(spec_, std::move(theirs));
    started_at_ = EventLoop::now();
    ready_ = false;
    failure_.clear();
    reaper_.watch(pid_, [name = name_](int status) {
        if (status != 0)
            logWarning("the " + name + " process " + describeExit(status));
    });
    channel_ = std::make_unique<PacketChannel>(
        loop_, std::move(ours), [this](MessageView m, std::vector<UniqueFd> &fds) { message(m, fds); },
        [this](const std::string &reason) { ended(reason); });
    channel_->send(callbacks_.setup());
    callbacks_.on_started();
}

void WorkerProcess::send(const ByteBuffer &message, std::vector<UniqueFd> fds)
{
    if (channel_)
        channel_->send(message, std::move(fds));
}

void WorkerProcess::message(MessageView message, std::vector<UniqueFd> &fds)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::ready:
        ready_ = was_ready_ = true;
        return callbacks_.on_ready();
    case IpcCommand::start_failed:
        failure_ = decodeText(message);
        return;
    default:
        return callbacks_.on_message(message, fds);
    }
}

void WorkerProcess::ended(const std::string &reason)
{
    channel_.reset();
    reaper_.killAfter(pid_, exit_grace);
    ready_ = false;
    if (stopped_)
        return;
    const std::string why = failure_.empty() ? reason : failure_;
    if (!was_ready_)
        return callbacks_.on_start_failed(why);
    logError("the " + name_ + " process has ended (" + why + "), it is started again");
    callbacks_.on_gone();
    const bool was_stable = EventLoop::now() - started_at_ > stable_after;
    pause_ = was_stable ? Milliseconds(0) : std::clamp(pause_ * 2, first_pause, longest_pause);
    restart_timer_.schedule(pause_);
}

void WorkerProcess::startAgain()
{
    try {
        start();
    } catch (const std::exception &error) {
        logError(std::string("can't start the ") + name_ + " process: " + error.what());
        restart_timer_.schedule(longest_pause);
    }
}

void WorkerProcess::restart()
{
    if (!channel_)
        return; // it is about to be started anyway
    channel_.reset();
    reaper_.killAfter(pid_, exit_grace);
    ready_ = false;
    callbacks_.on_gone();
    startAgain();
}

void WorkerProcess::stop()
{
    stopped_ = true;
    restart_timer_.cancel();
    if (channel_)
        reaper_.killAfter(pid_, exit_grace);
    channel_.reset();
}

} // namespace netsane
