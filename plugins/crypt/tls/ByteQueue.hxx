// Bytes that wait, first in first out. Takes memory when something comes and gives it back when the last byte has gone;
// wipes what it held.

#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace netsane {

class ByteQueue {
public:
    ByteQueue() = default;
    ~ByteQueue();
    ByteQueue(const ByteQueue &) = delete;
    ByteQueue &operator=(const ByteQueue &) = delete;

    size_t size() const noexcept { return end_ - begin_; }

    /// Space for `count` bytes behind the last one, for commit(). Throws std::bad_alloc.
    std::span<std::byte> room(size_t count);
    void commit(size_t count) noexcept { end_ += count; }

    /// Throws std::bad_alloc, and has taken nothing then.
    void append(std::span<const std::byte> bytes);

    /// Moves the first bytes out; returns how many.
    size_t take(std::span<std::byte> space) noexcept;

    /// To be called after room() that wasn't used.
    void releaseIfEmpty() noexcept;

private:
    void moveTo(size_t capacity);

    std::unique_ptr<std::byte[]> data_;
    size_t capacity_ = 0;
    size_t begin_ = 0;
    size_t end_ = 0;
};

} // namespace netsane
