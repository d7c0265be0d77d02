// Writes messages field by field into a ByteBuffer.
//
// A local object or member of whoever writes; the buffer must outlive it. A message begun and not ended is taken out of
// the buffer again by the destructor, so that a half message is never sent. Source: protocol.md §1.
#pragma once

#include "util/ByteBuffer.hxx"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace netsane {

class FrameEncoder {
public:
    // Begins a message with its command field.
    FrameEncoder(ByteBuffer &out, std::uint32_t command);
    ~FrameEncoder();
    FrameEncoder(FrameEncoder &&other) noexcept; // the other is ended
    FrameEncoder(const FrameEncoder &) = delete;
    FrameEncoder &operator=(const FrameEncoder &) = delete;

    FrameEncoder &integer(std::uint32_t value);
    FrameEncoder &integer(std::int32_t value) { return integer(static_cast<std::uint32_t>(value)); }
    FrameEncoder &boolean(bool value) { return integer(std::uint32_t{value}); }

    // The string with a NUL behind; what follows a NUL inside is cut off.
    FrameEncoder &string(std::string_view value);

    // Left out when empty.
    FrameEncoder &opaque(std::span<const std::byte> value);
    FrameEncoder &list(std::span<const std::uint32_t> values);

    // A field of size_bytes that the caller fills in place; valid until the next call. size_bytes must not be 0.
    std::span<std::byte> reserve(std::size_t size_bytes);

    // The end mark. Nothing may be added afterwards.
    void end();

private:
    ByteBuffer &out_;
    std::size_t start_;
    bool ended_ = false;
};

} // namespace netsane
