// Bytes that wait, first in first out. Takes memory when something comes, and gives it back when the last byte has
// gone, but for a bit that it may be told to keep.

#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace netsane {

class ByteQueue {
public:
    /// Secret: what has left is wiped.
    enum class Content { Secret, Public };

    /// kept_bytes: of memory, at the most, while nothing waits.
    explicit ByteQueue(Content content, size_t kept_bytes = 0) noexcept
        : secret_(content == Content::Secret), kept_bytes_(kept_bytes)
    {
    }
    ~ByteQueue() { wipe(data_.get(), end_); }
    ByteQueue(const ByteQueue &) = delete;
    ByteQueue &operator=(const ByteQueue &) = delete;

    size_t size() const noexcept { return end_ - begin_; }

    /// Memory for `count` more bytes, so that they needn't be moved as they come. Throws std::bad_alloc.
    void reserve(size_t count);

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
    void wipe(std::byte *bytes, size_t count) const noexcept;

    const bool secret_;
    const size_t kept_bytes_;
    std::unique_ptr<std::byte[]> data_;
    size_t capacity_ = 0;
    size_t begin_ = 0;
    size_t end_ = 0;
};

} // namespace netsane
