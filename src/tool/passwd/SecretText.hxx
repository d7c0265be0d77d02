// Text that is or holds a secret: in locked memory, wiped at the end, left out of core dumps. Owned by whoever holds
// the object; it has a fixed room and never moves within it.
#pragma once

#include "os/SecureMemory.hxx"

#include <cstddef>
#include <span>
#include <string_view>

namespace netsane {

class SecretText {
public:
    // max_bytes: how much it can ever hold. Throws std::bad_alloc.
    explicit SecretText(std::size_t max_bytes) : bytes_(max_bytes + 1) {}

    // Throws std::length_error, unchanged, when there is no room.
    void append(std::string_view text);

    std::string_view view() const noexcept { return {data(), size_}; }
    const char *c_str() const noexcept { return data(); } // NUL-terminated
    std::size_t size() const noexcept { return size_; }

    // What isn't used yet, for read(2), and how much of it is used now.
    std::span<char> room() noexcept;
    void grow(std::size_t count) noexcept { size_ += count; }

    // Drops and wipes the last byte; there must be one.
    void dropLast() noexcept;

private:
    const char *data() const noexcept { return reinterpret_cast<const char *>(bytes_.data()); }

    SecureBytes bytes_;
    std::size_t size_ = 0;
};

} // namespace netsane
