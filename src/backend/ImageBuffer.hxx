// The bytes of a frame on their way to the frontend: received, not yet read, and swapped where samples have 16 bits and
// the server's byte order isn't ours.
//
// Owned by a DeviceHandle. No I/O. A block is a view into the connection's buffer as long as possible.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace netsane {

class ImageBuffer {
public:
    // A new frame: drops everything.
    void begin();

    // Before anything of the frame is read.
    void swapSamples(bool swap) noexcept { swap_ = swap; }

    // Nothing is left to read. Async-signal-safe: the memory is freed by the next detach() or begin().
    void drop() noexcept;

    // A block that stays where it is until read() has used it up or detach() is called. Only if nothing is left.
    void setView(std::span<const std::byte> block) noexcept { view_ = block; }

    // The connection's buffer is about to change: what is left of the view is copied.
    void detach();

    // A block behind those that are there, copied.
    void store(std::span<const std::byte> block);

    // No bytes will follow: the last one, if it is half a sample, is given out as it is.
    void end() noexcept { ended_ = true; }

    // True if nothing is left, so that setView() may be called. A half sample may still wait for its other half.
    bool needsBlock() const noexcept { return view_.empty() && (dropped_ || stored_.empty()); }

    // True if read() would give a byte.
    bool hasBytes() const noexcept;

    // Fills in as many bytes as there are, returns how many.
    std::size_t read(std::span<std::byte> space);

private:
    std::size_t readPlain(std::span<std::byte> space);
    std::size_t readSwapped(std::span<std::byte> space);
    std::span<const std::byte> front() const noexcept;
    void consume(std::size_t count_bytes);

    std::span<const std::byte> view_; // before the stored ones
    std::deque<std::vector<std::byte>> stored_;
    std::size_t stored_offset_ = 0; // into the first
    bool swap_ = false;
    bool ended_ = false;
    bool dropped_ = false; // what is stored counts no more; nothing comes until begin()
    // The frame's bytes a b come out as b a; one of them may have to wait for the next call.
    bool has_first_ = false;  // a has come, b hasn't
    bool has_second_ = false; // b was given out, a is next
    std::byte held_{};        // a
};

} // namespace netsane
