#include "backend/ImageBuffer.hxx"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netsane {

void ImageBuffer::begin()
{
    view_ = {};
    stored_.clear();
    stored_offset_ = 0;
    swap_ = ended_ = has_first_ = has_second_ = dropped_ = false;
}

void ImageBuffer::drop() noexcept
{
    view_ = {};
    swap_ = false;
    dropped_ = true;
}

void ImageBuffer::detach()
{
    if (dropped_)
        begin();
    if (view_.empty())
        return;
    // The view is older than all that is stored, and only the first stored one can be begun; never both.
    stored_.emplace_front(view_.begin(), view_.end());
    view_ = {};
}

void ImageBuffer::store(std::span<const std::byte> block)
{
    if (!block.empty())
        stored_.emplace_back(block.begin(), block.end());
}

std::span<const std::byte> ImageBuffer::front() const noexcept
{
    if (!view_.empty() || stored_.empty())
        return view_;
    return std::span<const std::byte>(stored_.front()).subspan(stored_offset_);
}

void ImageBuffer::consume(std::size_t count_bytes)
{
    if (!view_.empty()) {
        view_ = view_.subspan(count_bytes);
        return;
    }
    stored_offset_ += count_bytes;
    if (!stored_.empty() && stored_offset_ == stored_.front().size()) {
        stored_.pop_front();
        stored_offset_ = 0;
    }
}

bool ImageBuffer::hasBytes() const noexcept
{
    if (!swap_)
        return !needsBlock();
    if (has_second_ || (has_first_ && ended_))
        return true;
    const std::size_t available = front().size() + (has_first_ ? 1 : 0);
    return available >= 2 || (available == 1 && (ended_ || stored_.size() > 1 || (!view_.empty() && !stored_.empty())));
}

std::size_t ImageBuffer::read(std::span<std::byte> space)
{
    return swap_ ? readSwapped(space) : readPlain(space);
}

std::size_t ImageBuffer::readPlain(std::span<std::byte> space)
{
    std::size_t done = 0;
    while (done < space.size() && !needsBlock()) {
        const auto block = front();
        const auto count = std::min(block.size(), space.size() - done);
        std::memcpy(space.data() + done, block.data(), count);
        consume(count);
        done += count;
    }
    return done;
}

std::size_t ImageBuffer::readSwapped(std::span<std::byte> space)
{
    std::size_t done = 0;
    while (done < space.size()) {
        const auto block = front();
        if (std::exchange(has_second_, false)) {
            space[done++] = held_;
        } else if (has_first_ && (!block.empty() || ended_)) {
            has_first_ = false;
            if (block.empty()) {
                space[done++] = held_;
                continue;
            }
            space[done++] = block[0];
            has_second_ = true;
            consume(1);
        } else if (block.size() >= 2 && space.size() - done >= 2) {
            const auto count = std::min(block.size(), space.size() - done) / 2 * 2;
            for (std::size_t i = 0; i < count; i += 2) {
                space[done + i] = block[i + 1];
                space[done + i + 1] = block[i];
            }
            consume(count);
            done += count;
        } else if (!block.empty()) {
            held_ = block[0];
            has_first_ = true;
            consume(1);
        } else {
            break;
        }
    }
    return done;
}

} // namespace netsane
