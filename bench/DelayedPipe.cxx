#include "bench/DelayedPipe.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace netsane {

namespace {

constexpr int reads_at_once = 16; // then it is the others' turn

bool isTransient(int error) noexcept
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

DelayedPipe::DelayedPipe(EventLoop &loop, int source, int sink, const Clock::duration &delay, Events events)
    : source_(source),
      sink_(sink),
      delay_(delay),
      events_(std::move(events)),
      source_watch_(
          loop, source, [this] { read(); }, nullptr),
      sink_watch_(loop, sink, nullptr, [this] { flush(); }),
      timer_(loop, [this] { flush(); })
{
}

void DelayedPipe::openSource()
{
    source_open_ = true;
    watchSource();
}

void DelayedPipe::openSink()
{
    sink_open_ = true;
    flush();
}

void DelayedPipe::holdUntil(TimePoint earliest)
{
    earliest_ = std::max(earliest_, earliest);
}

void DelayedPipe::watchSource()
{
    source_watch_.wantRead(source_open_ && held_bytes_ < max_held_bytes);
}

void DelayedPipe::read()
{
    for (int i = 0; i < reads_at_once && source_open_ && held_bytes_ < max_held_bytes; ++i) {
        std::vector<std::byte> bytes(chunk_bytes);
        const auto count = ::recv(source_, bytes.data(), bytes.size(), 0);
        if (count < 0 && isTransient(errno))
            break;
        // a reset is an end like any other to who counts and delays
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        source_open_ = !bytes.empty();
        take(std::move(bytes));
    }
    watchSource();
    flush();
}

void DelayedPipe::take(std::vector<std::byte> bytes)
{
    earliest_ = std::max(earliest_, EventLoop::now() + delay_); // a shorter delay lets nothing overtake
    held_bytes_ += bytes.size();
    const auto stamp = events_.on_read(bytes.size());
    chunks_.push_back({earliest_, stamp, std::move(bytes)});
}

void DelayedPipe::flush()
{
    if (!sink_open_ || done_)
        return;
    while (!chunks_.empty() && chunks_.front().due <= EventLoop::now()) {
        if (!deliver(chunks_.front()))
            return;
        held_bytes_ -= chunks_.front().bytes.size();
        chunks_.pop_front();
    }
    sink_watch_.wantWrite(false);
    watchSource();
    if (!chunks_.empty())
        timer_.schedule(chunks_.front().due);
    if (done_)
        events_.on_end();
}

bool DelayedPipe::deliver(Chunk &chunk)
{
    if (chunk.sent == 0)
        events_.on_delivery(chunk.stamp);
    if (chunk.bytes.empty()) {
        ::shutdown(sink_, SHUT_WR);
        done_ = true;
        return true;
    }
    while (chunk.sent < chunk.bytes.size()) {
        const auto count =
            ::send(sink_, chunk.bytes.data() + chunk.sent, chunk.bytes.size() - chunk.sent, MSG_NOSIGNAL);
        if (count < 0 && isTransient(errno)) {
            sink_watch_.wantWrite(true);
            return false;
        }
        if (count < 0) {
            done_ = true;
            source_open_ = false;
            watchSource();
            sink_watch_.wantWrite(false);
            events_.on_broken();
            return false;
        }
        chunk.sent += static_cast<std::size_t>(count);
    }
    return true;
}

} // namespace netsane
