// How far a scan is, as a line on the terminal.
//
// ProgressLine makes the text; ScanProgress shows it at most ten times a second, and only where standard error is a
// terminal. Owned by the command.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace netsane {

struct ProgressState {
    std::string label;                        // "page 3"
    std::uint64_t bytes = 0;                  // of this page, so far
    std::optional<std::uint64_t> whole_bytes; // none: nobody knows
    double seconds = 0;                       // since its first byte
};

struct ProgressStyle {
    std::size_t columns = 80;
    bool colours = false;
    bool utf8 = false;
};

// "page 3  ━━━━━━━━━╌╌╌╌╌╌╌  57%  12.3 MB/s  0:07 left", never wider than the terminal.
std::string progressLine(const ProgressState &state, const ProgressStyle &style);

class ScanProgress {
public:
    using Clock = std::chrono::steady_clock;

    // wanted: false shows nothing anywhere.
    explicit ScanProgress(bool wanted);
    ~ScanProgress() { clear(); }
    ScanProgress(const ScanProgress &) = delete;
    ScanProgress &operator=(const ScanProgress &) = delete;

    void beginPage(const std::string &label, std::optional<std::uint64_t> whole_bytes);
    void add(std::uint64_t bytes);

    // The line is empty again, for other output.
    void clear();

private:
    void show(Clock::time_point now);

    const bool shown_;
    ProgressStyle style_;
    ProgressState state_;
    std::optional<Clock::time_point> first_byte_;
    Clock::time_point next_show_{};
    bool on_screen_ = false;
};

} // namespace netsane
