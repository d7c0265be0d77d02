// One direction of a connection through the proxy: bytes are read as soon as they come, and go on `delay` later. The
// bandwidth isn't limited: whatever is under way is held in memory, up to max_held_bytes. Memory that was used once is
// kept until the end: new pages for each chunk would be most of the proxy's work, and it shares the processors with
// those that are measured.
//
// Owned by a ProxyLink, which owns the descriptors, too. The events below are called from the loop; the pipe may be
// destroyed only after they have returned.
#pragma once

#include "bench/DueTimer.hxx"
#include "bench/TripCounter.hxx"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace netsane {

class DelayedPipe {
public:
    static constexpr std::size_t chunk_bytes = 64 * 1024;
    static constexpr std::size_t max_held_bytes = std::size_t{1} << 30;

    struct Events {
        // Something was read, 0 bytes for the end: gives the stamp that goes with it.
        std::function<TripCounter::Stamp(std::size_t)> on_read;
        std::function<void(TripCounter::Stamp)> on_delivery; // is about to be passed on
        std::function<void()> on_end;                        // the end was passed on; nothing more will happen
        std::function<void()> on_broken;                     // the receiver takes nothing any more
    };

    // delay is looked at whenever something is read.
    DelayedPipe(EventLoop &loop, int source, int sink, const Clock::duration &delay, Events events);

    void openSource();                  // begins to read
    void openSink();                    // begins to write; the sink may still be connecting
    void holdUntil(TimePoint earliest); // nothing goes on before that time

private:
    using Block = std::unique_ptr<std::byte[]>; // of chunk_bytes

    struct Chunk {
        TimePoint due;
        TripCounter::Stamp stamp;
        Block block;
        std::size_t size; // 0: the end
        std::size_t sent = 0;
    };

    void read();
    Block takeBlock();
    void take(Block block, std::size_t size);
    void flush();
    bool deliver(Chunk &chunk); // false where the sink takes no more now, or is broken
    void watchSource();

    const int source_;
    const int sink_;
    const Clock::duration &delay_;
    const Events events_;
    std::deque<Chunk> chunks_;
    std::vector<Block> spare_blocks_;
    std::size_t held_bytes_ = 0;
    TimePoint earliest_{};
    bool source_open_ = false;
    bool sink_open_ = false;
    bool done_ = false;
    FdWatch source_watch_;
    FdWatch sink_watch_;
    DueTimer timer_;
};

} // namespace netsane
