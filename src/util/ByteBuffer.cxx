#include "util/ByteBuffer.hxx"

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>
#include <string.h> // explicit_bzero
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t min_capacity_bytes = 512;

} // namespace

ByteBuffer::ByteBuffer(ByteBuffer &&other) noexcept
    : block_(std::move(other.block_)),
      capacity_(std::exchange(other.capacity_, 0)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      secret_(other.secret_)
{
}

ByteBuffer &ByteBuffer::operator=(ByteBuffer &&other) noexcept
{
    if (this != &other) {
        clear();
        block_ = std::move(other.block_);
        capacity_ = std::exchange(other.capacity_, 0);
        begin_ = std::exchange(other.begin_, 0);
        end_ = std::exchange(other.end_, 0);
        secret_ = other.secret_;
    }
    return *this;
}

void ByteBuffer::leave(std::size_t begin, std::size_t end) noexcept
{
    if (secret_ && begin < end)
        ::explicit_bzero(block_.get() + begin, end - begin);
}

std::span<std::byte> ByteBuffer::prepare(std::size_t min_bytes)
{
    if (capacity_ - end_ >= min_bytes && capacity_ != 0)
        return {block_.get() + end_, capacity_ - end_};

    const std::size_t used = size();
    if (min_bytes > std::numeric_limits<std::size_t>::max() / 4 - used)
        throw std::bad_alloc();
    // Moving the data to the front is cheap when it is less than half of the block.
    if (capacity_ - used >= min_bytes && used <= capacity_ / 2) {
        if (used != 0)
            std::memmove(block_.get(), block_.get() + begin_, used);
        leave(std::max(used, begin_), end_);
    } else {
        const std::size_t wanted = std::max({used + min_bytes, capacity_ * 2, min_capacity_bytes});
        std::unique_ptr<std::byte[]> grown(new std::byte[wanted]); // not value-initialised: it is overwritten
        if (used != 0)
            std::memcpy(grown.get(), block_.get() + begin_, used);
        leave(begin_, end_);
        block_ = std::move(grown);
        capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
    return {block_.get() + end_, capacity_ - end_};
}

void ByteBuffer::commit(std::size_t written_bytes) noexcept
{
    assert(written_bytes <= capacity_ - end_);
    end_ += written_bytes;
}

void ByteBuffer::append(std::span<const std::byte> bytes)
{
    if (bytes.empty())
        return;
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
}

void ByteBuffer::consume(std::size_t count_bytes) noexcept
{
    assert(count_bytes <= size());
    leave(begin_, begin_ + count_bytes);
    begin_ += count_bytes;
    if (begin_ == end_)
        clear();
}

void ByteBuffer::truncate(std::size_t size_bytes) noexcept
{
    assert(size_bytes <= size());
    leave(begin_ + size_bytes, end_);
    end_ = begin_ + size_bytes;
}

void ByteBuffer::shrinkIfEmpty(std::size_t keep_bytes) noexcept
{
    if (empty() && capacity_ > keep_bytes) {
        block_.reset();
        capacity_ = begin_ = end_ = 0;
    }
}

} // namespace netsane
