// Memory for secrets, and the two operations on secrets that a compiler must not improve on.

#pragma once

#include <cstddef>
#include <span>

namespace netsane {

/// Overwrites bytes in a way that is not optimised away.
void wipe(std::span<std::byte> bytes) noexcept;

/// Compares in a time that depends on the size alone. Different sizes are different at once.
bool constantTimeEqual(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

/// A block of whole pages of its own: zeroed, locked where the system permits, left out of core dumps, wiped at the
/// end. Owned by whoever holds the object; movable, an empty one owns nothing.
class SecureBytes {
public:
    SecureBytes() noexcept = default;

    /// @param size in bytes; 0 is allowed. Throws std::bad_alloc.
    explicit SecureBytes(size_t size);
    ~SecureBytes();
    SecureBytes(SecureBytes &&other) noexcept;
    SecureBytes &operator=(SecureBytes &&other) noexcept;

    std::byte *data() noexcept { return data_; }
    const std::byte *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    std::span<std::byte> bytes() noexcept { return {data_, size_}; }
    std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

    /// Makes the block smaller; what is cut off is wiped. A larger size is ignored.
    void shrink(size_t size) noexcept;

    /// False if the pages may be swapped out (RLIMIT_MEMLOCK).
    bool isLocked() const noexcept { return locked_; }

private:
    void release() noexcept;

    std::byte *data_ = nullptr;
    size_t size_ = 0;
    size_t mapped_bytes_ = 0;
    bool locked_ = false;
};

} // namespace netsane
