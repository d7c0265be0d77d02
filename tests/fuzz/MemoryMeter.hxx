// What is allocated, by C++ code with new at least: now, and at its most since a measurement began. Linked into those
// targets that hold a peer to a bound; all threads together.

#pragma once

#include <cstddef>

namespace netsane {

class MemoryMeter {
public:
    /// Begins a measurement.
    MemoryMeter() noexcept;

    /// The most bytes allocated at a time since then, without those that were allocated before.
    std::size_t peakBytes() const noexcept;

private:
    std::ptrdiff_t before_;
};

} // namespace netsane
