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
        auto block = takeBlock();
        const auto count = ::recv(source_, block.get(), chunk_bytes, 0);
        if (count < 0 && isTransient(errno)) {
            spare_blocks_.push_back(std::move(block));
            break;
        }
        // a reset is an end like any other to who counts and delays
        source_open_ = count > 0;
        take(std::move(block), source_open_ ? static_cast<std::size_t>(count) : 0);
    }
    watchSource();
    flush();
}

DelayedPipe::Block DelayedPipe::takeBlock()
{
    if (spare_blocks_.empty())
        return std::make_unique_for_overwrite<std::byte[]>(chunk_bytes);
    auto block = std::move(spare_blocks_.back());
    spare_blocks_.pop_back();
    return block;
}

void DelayedPipe::take(Block block, std::size_t size)
{
    earliest_ = std::max(earliest_, EventLoop::now() + delay_); // a shorter delay lets nothing overtake
    held_bytes_ += size;
    const auto stamp = events_.on_read(size);
    chunks_.push_back({earliest_, stamp, std::move(block), size});
}

void DelayedPipe::flush()
{
    if (!sink_open_ || done_)
        return;
    while (!chunks_.empty() && chunks_.front().due <= EventLoop::now()) {
        if (!deliver(chunks_.front()))
            return;
        held_bytes_ -= chunks_.front().size;
        spare_blocks_.push_back(std::move(chunks_.front().block));
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
    if (chunk.size == 0) {
        ::shutdown(sink_, SHUT_WR);
        done_ = true;
        return true;
    }
    while (chunk.sent < chunk.size) {
        const auto count = ::send(sink_, chunk.block.get() + chunk.sent, chunk.size - chunk.sent, MSG_NOSIGNAL);
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
