// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed hash whose values tell nothing
// to those who don't have the key. Chosen over a hash of libcrypto because it is made for this, keeps the key where it
// is, and doesn't bring that library into every frontend.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace netsane {

class SipHash {
public:
    /// Of 16 bytes, the first in the low byte of `low`.
    struct Key {
        uint64_t low = 0;
        uint64_t high = 0;
    };

    explicit SipHash(const Key &key) noexcept;

    void add(std::string_view bytes) noexcept;

    /// Adds a text so that where it ends matters: "ab" and "c" is not "a" and "bc".
    void addText(std::string_view text) noexcept;

    /// The hash of all that was added. Once, at the end.
    uint64_t finish() noexcept;

private:
    void compress(uint64_t word) noexcept;
    void rounds(int count) noexcept;

    std::array<uint64_t, 4> state_;
    uint64_t word_ = 0; ///< the bytes that don't fill a word yet
    size_t size_ = 0;
};

} // namespace netsane
