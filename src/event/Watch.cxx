#include "event/Watch.hxx"

#include <event2/event.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace netsane {

namespace {

UniqueEvent makeEvent(EventLoop &loop, int fd, short what, event_callback_fn function, void *argument)
{
    UniqueEvent made(event_new(loop.base(), fd, what, function, argument));
    if (!made)
        throw std::runtime_error("libevent: no event");
    return made;
}

// Runs a callback without letting an exception through libevent's C code. The callers hand over a copy of their
// callback, so that a callback may destroy the watch that it belongs to.
template<typename Function>
void guarded(EventLoop &loop, const Function &callback) noexcept
{
    try {
        callback();
    } catch (...) {
        loop.callbackThrew();
    }
}

} // namespace

void FreeEvent::operator()(event *e) const noexcept
{
    event_free(e);
}

FdWatch::FdWatch(EventLoop &loop, int fd, Callback on_readable, Callback on_writable)
    : loop_(loop), fd_(fd), on_readable_(std::move(on_readable)), on_writable_(std::move(on_writable))
{
}

void FdWatch::wantRead(bool wanted)
{
    if (std::exchange(reading_, wanted) == wanted)
        return;
    const auto readable = [](evutil_socket_t, short, void *self) {
        const auto &watch = *static_cast<FdWatch *>(self);
        const Callback callback = watch.on_readable_; // outlives the watch
        guarded(watch.loop_, callback);
    };
    if (!read_event_)
        read_event_ = makeEvent(loop_, fd_, EV_READ | EV_PERSIST, readable, this);
    wanted ? event_add(read_event_.get(), nullptr) : event_del(read_event_.get());
}

void FdWatch::wantWrite(bool wanted)
{
    if (std::exchange(writing_, wanted) == wanted)
        return;
    const auto writable = [](evutil_socket_t, short, void *self) {
        const auto &watch = *static_cast<FdWatch *>(self);
        const Callback callback = watch.on_writable_;
        guarded(watch.loop_, callback);
    };
    if (!write_event_)
        write_event_ = makeEvent(loop_, fd_, EV_WRITE | EV_PERSIST, writable, this);
    wanted ? event_add(write_event_.get(), nullptr) : event_del(write_event_.get());
}

void Timer::schedule(Milliseconds delay)
{
    const auto expired = [](evutil_socket_t, short, void *self) {
        const auto &timer = *static_cast<Timer *>(self);
        const Callback call = timer.callback_;
        guarded(timer.loop_, call);
    };
    if (!event_)
        event_ = makeEvent(loop_, -1, 0, expired, this);
    const auto count = delay.count() > 0 ? delay.count() : 0;
    const timeval time{static_cast<time_t>(count / 1000), static_cast<suseconds_t>(count % 1000 * 1000)};
    event_add(event_.get(), &time);
}

void Timer::cancel() noexcept
{
    if (event_)
        event_del(event_.get());
}

SignalWatch::SignalWatch(EventLoop &loop, int signal_number, Callback callback)
    : loop_(loop), callback_(std::move(callback))
{
    const auto arrived = [](evutil_socket_t, short, void *self) {
        const auto &watch = *static_cast<SignalWatch *>(self);
        const Callback call = watch.callback_;
        guarded(watch.loop_, call);
    };
    event_ = makeEvent(loop, signal_number, EV_SIGNAL | EV_PERSIST, arrived, this);
    if (event_add(event_.get(), nullptr) != 0)
        throw std::runtime_error("libevent: can't watch signal " + std::to_string(signal_number));
}

} // namespace netsane
