#include "daemon/WorkerProcess.hxx"

#include "daemon/Log.hxx"

#include <cassert>
#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds exit_grace{5000};
constexpr Milliseconds candidate_patience{30000};

} // namespace

WorkerProcess::WorkerProcess(EventLoop &loop, ChildReaper &reaper, std::string name, ChildSpec spec,
                             Milliseconds patience, Callbacks callbacks)
    : loop_(loop),
      reaper_(reaper),
      name_(std::move(name)),
      spec_(std::move(spec)),
      patience_(patience),
      callbacks_(std::move(callbacks)),
      restart_timer_(loop, [this] { startAgain(); }),
      watchdog_(loop, [this] { watchOver(); }),
      tried_timer_(loop, [this] { candidateTried(); })
{
}

std::unique_ptr<WorkerProcess::Instance> WorkerProcess::launch(SetupMessage setup)
{
    auto [ours, theirs] = packetSocketPair();
    auto made = std::make_unique<Instance>();
    Instance &instance = *made;
    instance.pid = startChild(spec_, std::move(theirs));
    instance.started_at = EventLoop::now();
    reaper_.watch(instance.pid, [name = name_](int status) {
        if (status != 0)
            logWarning("the " + name + " process " + describeExit(status));
    });
    instance.channel = std::make_unique<PacketChannel>(
        loop_, std::move(ours),
        [this, &instance](MessageView m, std::vector<UniqueFd> &fds) { message(instance, m, fds); },
        [this, &instance](const std::string &reason) { ended(instance, reason); });
    instance.channel->send(setup.message, std::move(setup.fds));
    return made;
}

void WorkerProcess::end(std::unique_ptr<Instance> &instance)
{
    if (!instance)
        return;
    reaper_.killAfter(instance->pid, exit_grace);
    instance.reset(); // its channel too, whose end the process notices
}

void WorkerProcess::start()
{
    current_ = launch(callbacks_.setup());
    callbacks_.on_started();
}

void WorkerProcess::send(const ByteBuffer &message, std::vector<UniqueFd> fds)
{
    if (current_)
        current_->channel->send(message, std::move(fds));
}

void WorkerProcess::message(Instance &instance, MessageView message, std::vector<UniqueFd> &fds)
{
    instance.heard_at = EventLoop::now();
    instance.suspected = false;
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::pong:
        return;
    case IpcCommand::ready:
        instance.ready = true;
        if (&instance == candidate_.get())
            return tried_timer_.schedule(Milliseconds(0)); // not from within the channel, which may have to go
        was_ready_ = true;
        watchdog_.schedule(patience_ / 2);
        return callbacks_.on_ready();
    case IpcCommand::start_failed:
        instance.failure = decodeText(message);
        return;
    default:
        if (&instance == current_.get())
            callbacks_.on_message(message, fds);
    }
}

void WorkerProcess::ended(Instance &instance, const std::string &reason)
{
    const std::string why = instance.failure.empty() ? reason : instance.failure;
    if (&instance == candidate_.get()) {
        instance.failure = why;
        instance.ready = false;
        return tried_timer_.schedule(Milliseconds(0));
    }
    const auto had_run_for = EventLoop::now() - instance.started_at;
    end(current_);
    if (stopped_)
        return;
    if (!was_ready_)
        return callbacks_.on_start_failed(why);
    logError("the " + name_ + " process has ended (" + why + "), it is started again; what it had in hand is lost");
    callbacks_.on_gone();
    restart_timer_.schedule(pause_.next(had_run_for));
}

void WorkerProcess::startAgain()
{
    try {
        start();
    } catch (const std::exception &error) {
        logError(std::string("can't start the ") + name_ + " process: " + error.what());
        restart_timer_.schedule(RestartPause::longest);
    }
}

// A process is asked as often as its patience is to be kept, and not before it is ready: loading may take its time.
void WorkerProcess::watchOver()
{
    if (!isReady())
        return;
    const auto silent_for = EventLoop::now() - current_->heard_at;
    // Asked once more: where this process was held up itself, the answers are there and not read yet.
    if (silent_for > patience_ && std::exchange(current_->suspected, true)) {
        logError("the " + name_ + " process has not answered for " +
                 std::to_string(std::chrono::duration_cast<Milliseconds>(silent_for).count()) + " ms: it is killed");
        return reaper_.killAfter(current_->pid, Milliseconds(0));
    }
    current_->channel->send(encodeIpc(IpcCommand::ping));
    watchdog_.schedule(patience_ / 2);
}

// --- the candidate --------------------------------------------------------------------------------------------

void WorkerProcess::tryOut(SetupMessage setup, OnTried on_tried)
{
    dropCandidate();
    candidate_ = launch(std::move(setup));
    on_tried_ = std::move(on_tried);
    tried_timer_.schedule(candidate_patience);
}

void WorkerProcess::candidateTried()
{
    const OnTried on_tried = on_tried_; // may drop the candidate
    if (candidate_->ready)
        return on_tried("");
    const std::string failure = candidate_->failure.empty() ? "it wasn't ready in time" : candidate_->failure;
    dropCandidate();
    on_tried(failure);
}

void WorkerProcess::promoteCandidate()
{
    assert(hasReadyCandidate());
    tried_timer_.cancel();
    on_tried_ = nullptr;
    restart_timer_.cancel();
    const bool had_process = current_ != nullptr;
    end(current_);
    if (had_process)
        callbacks_.on_gone();
    current_ = std::move(candidate_);
    was_ready_ = true;
    pause_.reset();
    watchdog_.schedule(patience_ / 2);
    callbacks_.on_started();
    callbacks_.on_ready();
}

void WorkerProcess::dropCandidate()
{
    tried_timer_.cancel();
    on_tried_ = nullptr;
    end(candidate_);
}

void WorkerProcess::stop()
{
    stopped_ = true;
    restart_timer_.cancel();
    watchdog_.cancel();
    dropCandidate();
    end(current_);
}

} // namespace netsane
