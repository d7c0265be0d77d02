#include "event/EventLoop.hxx"

#include <event2/event.h>
#include <stdexcept>
#include <utility>

namespace netsane {

void EventLoop::Free::operator()(event_base *base) const noexcept
{
    event_base_free(base);
}

EventLoop::EventLoop() : base_(event_base_new())
{
    if (!base_)
        throw std::runtime_error("libevent: no event base");
}

EventLoop::~EventLoop() = default;

void EventLoop::run()
{
    event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY);
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void EventLoop::stop() noexcept
{
    event_base_loopbreak(base_.get());
}

void EventLoop::callbackThrew() noexcept
{
    thrown_ = std::current_exception();
    stop();
}

} // namespace netsane
