// A first-in first-out buffer of bytes in one contiguous block.
//
// Owned by whoever reads or writes a stream (a connection, a decoder); not thread-safe, no I/O.
// Spans returned by data() and prepare() are valid until the next call that isn't const.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace netsane {

class ByteBuffer {
public:
    // secret: a place is wiped when its bytes leave it, be that because they are consumed, moved, or the buffer ends.
    enum class Contents { open, secret };

    ByteBuffer() = default;
    explicit ByteBuffer(Contents contents) noexcept : secret_(contents == Contents::secret) {}
    ByteBuffer(ByteBuffer &&other) noexcept;
    ByteBuffer &operator=(ByteBuffer &&other) noexcept;
    ByteBuffer(const ByteBuffer &) = delete;
    ByteBuffer &operator=(const ByteBuffer &) = delete;
    ~ByteBuffer() { clear(); }

    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }

    // The bytes in the buffer, oldest first.
    std::span<const std::byte> data() const noexcept { return {block_.get() + begin_, size()}; }
    // The same, writable: for putting a length in that is known only later.
    std::span<std::byte> mutableData() noexcept { return {block_.get() + begin_, size()}; }

    // Room for at least min_bytes behind the data; write there, then commit(). Throws std::bad_alloc.
    std::span<std::byte> prepare(std::size_t min_bytes);
    void commit(std::size_t written_bytes) noexcept;

    void append(std::span<const std::byte> bytes);

    // Drops the oldest bytes; count_bytes must not be more than size().
    void consume(std::size_t count_bytes) noexcept;

    // Drops the newest bytes so that size_bytes remain.
    void truncate(std::size_t size_bytes) noexcept;

    void clear() noexcept
    {
        leave(begin_, end_);
        begin_ = end_ = 0;
    }

    // Gives the memory back if the buffer is empty and holds more than keep_bytes.
    void shrinkIfEmpty(std::size_t keep_bytes) noexcept;

    std::size_t capacity() const noexcept { return capacity_; }

private:
    void leave(std::size_t begin, std::size_t end) noexcept;

    std::unique_ptr<std::byte[]> block_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool secret_ = false;
};

} // namespace netsane
