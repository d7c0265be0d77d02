#include "PamConversation.hxx"

#include <utility>

namespace netsane {

std::optional<PamResponses> PamConversation::ask(std::vector<PamMessage> messages)
{
    std::unique_lock lock(mutex_);
    if (ended_)
        return std::nullopt;
    messages_ = std::move(messages);
    responses_.reset();
    asked_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !asked_ || ended_; });
    return std::exchange(responses_, std::nullopt);
}

void PamConversation::finish() noexcept
{
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
}

PamConversation::Event PamConversation::wait(std::optional<Clock::time_point> deadline)
{
    std::unique_lock lock(mutex_);
    const auto spoken = [this] { return asked_ || finished_; };
    if (!deadline)
        changed_.wait(lock, spoken);
    else if (!changed_.wait_until(lock, *deadline, spoken))
        return Event::Late;
    return finished_ ? Event::Finished : Event::Messages;
}

void PamConversation::answer(PamResponses responses)
{
    const std::lock_guard lock(mutex_);
    responses_ = std::move(responses);
    asked_ = false;
    changed_.notify_all();
}

void PamConversation::end() noexcept
{
    const std::lock_guard lock(mutex_);
    ended_ = true;
    asked_ = false;
    responses_.reset();
    changed_.notify_all();
}

} // namespace netsane
