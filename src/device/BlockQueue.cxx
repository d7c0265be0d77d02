#include "device/BlockQueue.hxx"

#include <cassert>

namespace netsane {

BlockQueue::BlockQueue()
{
    for (auto &block : blocks_)
        block.bytes.reset(new std::byte[block_bytes]); // not value-initialised: it is overwritten
}

void BlockQueue::clear() noexcept
{
    for (auto &block : blocks_)
        block.begin = block.end = 0;
    head_ = tail_ = 0;
}

bool BlockQueue::hasRoom() const noexcept
{
    const auto &block = blocks_[tail_];
    return !isFull(block) || block.begin == block.end || next(tail_) != head_;
}

std::span<std::byte> BlockQueue::room() noexcept
{
    if (!hasRoom())
        return {};
    if (blocks_[tail_].begin == blocks_[tail_].end)
        blocks_[tail_].begin = blocks_[tail_].end = 0;
    else if (isFull(blocks_[tail_]))
        tail_ = next(tail_);
    auto &block = blocks_[tail_];
    return {block.bytes.get() + block.end, block_bytes - block.end};
}

void BlockQueue::commit(std::size_t length, Clock::time_point now) noexcept
{
    auto &block = blocks_[tail_];
    assert(length <= block_bytes - block.end);
    if (block.begin == block.end)
        block.time = now;
    block.end += length;
}

std::span<const std::byte> BlockQueue::front() const noexcept
{
    const auto &block = blocks_[head_];
    return {block.bytes.get() + block.begin, block.end - block.begin};
}

bool BlockQueue::isFrontComplete() const noexcept
{
    return !front().empty() && (head_ != tail_ || isFull(blocks_[head_]));
}

void BlockQueue::consume(std::size_t length) noexcept
{
    auto &block = blocks_[head_];
    assert(length <= block.end - block.begin);
    block.begin += length;
    if (block.begin == block.end && head_ != tail_) {
        block.begin = block.end = 0;
        head_ = next(head_);
    }
}

} // namespace netsane
