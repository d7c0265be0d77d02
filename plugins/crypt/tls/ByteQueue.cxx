#include "ByteQueue.hxx"

#include <algorithm>
#include <openssl/crypto.h>
#include <utility>

namespace netsane {

void ByteQueue::wipe(std::byte *bytes, size_t count) const noexcept
{
    if (secret_)
        OPENSSL_cleanse(bytes, count);
}

void ByteQueue::moveTo(size_t capacity)
{
    auto data = std::make_unique_for_overwrite<std::byte[]>(capacity);
    std::copy(data_.get() + begin_, data_.get() + end_, data.get());
    wipe(data_.get(), end_);
    data_ = std::move(data);
    capacity_ = capacity;
    end_ -= begin_;
    begin_ = 0;
}

void ByteQueue::reserve(size_t count)
{
    if (capacity_ - end_ < count)
        moveTo(size() + count);
}

std::span<std::byte> ByteQueue::room(size_t count)
{
    if (capacity_ - end_ < count)
        moveTo(std::max(size() + count, 2 * size()));
    return {data_.get() + end_, count};
}

void ByteQueue::append(std::span<const std::byte> bytes)
{
    std::copy(bytes.begin(), bytes.end(), room(bytes.size()).begin());
    commit(bytes.size());
}

size_t ByteQueue::take(std::span<std::byte> space) noexcept
{
    const size_t count = std::min(space.size(), size());
    std::byte *const first = data_.get() + begin_;
    std::copy(first, first + count, space.begin());
    wipe(first, count);
    begin_ += count;
    releaseIfEmpty();
    return count;
}

void ByteQueue::releaseIfEmpty() noexcept
{
    if (begin_ != end_)
        return;
    begin_ = end_ = 0;
    if (capacity_ <= kept_bytes_)
        return;
    data_.reset();
    capacity_ = 0;
}

} // namespace netsane
