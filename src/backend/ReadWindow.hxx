// How many READs to keep outstanding, so that an image streams however far away the server is, and no more than that
// lies on the way when somebody wants to cancel.
//
// Owned by a DeviceLink. No clock of its own. The window is what comes in twice the connection's delay at the rate that
// data has come with lately. Too small a one shows in that rate: it doubles with each round trip, until something else
// than the window is what holds up the data. Before anything is known the network counts as a fast one, because for a
// picture that is there at once the first round trips are all there is; what a slow one can't carry stays with the
// server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace netsane {

class ReadWindow {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    static constexpr std::uint32_t read_bytes = 64 * 1024; // of one READ; see protocol.md §7.9
    static constexpr std::size_t min_reads = 8;
    // For a frame of which the size isn't known, before its STAR is answered.
    static constexpr std::size_t blind_reads = 4;

    // A frame begins: the rate of the one before counts still.
    void beginFrame() noexcept { measured_since_.reset(); }

    // Bytes of a frame have come. delay: the shortest that is known.
    void received(std::size_t count_bytes, std::optional<Duration> delay, TimePoint now) noexcept;

    // How many READs bring the image without a pause, whatever is left of it.
    std::size_t reads(std::optional<Duration> delay) const noexcept;

    // How many of them a frame needs of which left_bytes haven't come, and its end; nothing where that isn't known.
    static std::size_t readsFor(std::uint64_t left_bytes) noexcept
    {
        return static_cast<std::size_t>((left_bytes + read_bytes - 1) / read_bytes) + 1;
    }

private:
    std::optional<double> bytes_per_second_;
    std::optional<TimePoint> measured_since_;
    std::size_t measured_bytes_ = 0;
};

} // namespace netsane
