// Image data on its way from the thread that reads it to the thread that sends it: a ring of blocks of fixed size.
//
// Owned by DeviceLink, which locks around every call; only the bytes that room() and front() point to are touched
// without the lock, and those are never the same ones. Data is read into a block as long as there is room for a useful
// read, so that many small reads become few large messages.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

namespace netsane {

class BlockQueue {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t block_bytes = 64 * 1024;
    static constexpr std::size_t block_count = 8;
    // The least room that a backend is offered: some refuse to deliver less than a line.
    static constexpr std::size_t min_room_bytes = 32 * 1024;

    BlockQueue();

    void clear() noexcept;

    // Where the next data goes, at least min_room_bytes; empty when all blocks are full. Valid until commit().
    std::span<std::byte> room() noexcept;
    bool hasRoom() const noexcept;
    void commit(std::size_t length, Clock::time_point now) noexcept;

    // The oldest data, as far as it lies in one block; empty when there is none. Valid until consume() or clear().
    std::span<const std::byte> front() const noexcept;
    // Whether there is a front() and it gets no longer when more data comes.
    bool isFrontComplete() const noexcept;
    // When the first byte of the oldest block came.
    Clock::time_point frontTime() const noexcept { return blocks_[head_].time; }
    void consume(std::size_t length) noexcept;

private:
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t begin = 0;
        std::size_t end = 0;
        Clock::time_point time;
    };

    static std::size_t next(std::size_t index) noexcept { return (index + 1) % block_count; }
    static bool isFull(const Block &block) noexcept { return block_bytes - block.end < min_room_bytes; }

    std::array<Block, block_count> blocks_;
    std::size_t head_ = 0; // the oldest block
    std::size_t tail_ = 0; // the block being filled
};

} // namespace netsane
