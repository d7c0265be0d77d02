#include "daemon/CertificateMaker.hxx"

#include "daemon/Log.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds patience{30000};
constexpr Milliseconds exit_grace{5000};

} // namespace

CertificateMaker::CertificateMaker(EventLoop &loop, ChildReaper &reaper, ChildSpec program)
    : loop_(loop), reaper_(reaper), program_(std::move(program)), timer_(loop, [this] { report(); })
{
}

void CertificateMaker::make(const CertificateWish &wish, bool is_trial, OnDone on_done)
{
    cancel();
    is_trial_ = is_trial;
    auto [ours, theirs] = packetSocketPair();
    pid_ = startChild(program_, std::move(theirs));
    reaper_.watch(pid_, [](int) {});
    channel_ = std::make_unique<PacketChannel>(
        loop_, std::move(ours), [this](MessageView said, std::vector<UniqueFd> &) { message(said); },
        [this](const std::string &) { finish(program_.program + " has ended without an answer"); });
    channel_->send(encodeIpc(wish));
    on_done_ = std::move(on_done);
    finished_ = false;
    failure_ = "it took longer than " + std::to_string(patience.count() / 1000) + " s";
    timer_.schedule(patience);
}

void CertificateMaker::cancel()
{
    timer_.cancel();
    on_done_ = nullptr;
    if (std::exchange(channel_, nullptr))
        reaper_.killAfter(pid_, exit_grace);
}

void CertificateMaker::message(MessageView message)
{
    switch (static_cast<IpcCommand>(message.command)) {
    case IpcCommand::certificate_made: {
        const std::string text = decodeText(message);
        if (!text.empty() && !is_trial_)
            logInfo(text);
        return finish("");
    }
    case IpcCommand::start_failed:
        return finish(decodeText(message));
    default:
        return finish(program_.program + " has sent command " + std::to_string(message.command));
    }
}

// Not told from within the channel, which ends with it.
void CertificateMaker::finish(const std::string &failure)
{
    if (std::exchange(finished_, true))
        return;
    failure_ = failure;
    timer_.schedule(Milliseconds(0));
}

void CertificateMaker::report()
{
    const OnDone on_done = on_done_;
    const std::string failure = failure_;
    if (!finished_)
        reaper_.killAfter(pid_, Milliseconds(0));
    cancel();
    on_done(failure);
}

} // namespace netsane
