// What the two threads of a device process say to each other: one job at a time for the main thread and its result,
// aborts, the image data that was read ahead, the end.
//
// Owned by the device process, used by both threads; every function locks. The main thread sleeps in next(), the I/O
// thread in poll() on wakeFd().
#pragma once

#include "device/BlockQueue.hxx"
#include "device/DeviceRequest.hxx"
#include "os/UniqueFd.hxx"
#include "util/ByteBuffer.hxx"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

namespace netsane {

class DeviceLink {
public:
    enum class Task { job, read, abort, quit };

    // What the main thread reads: nothing, as far ahead as there is room, or only what a READ waits for.
    enum class Reading { none, ahead, on_demand };

    // What a job did to the client's frame. `left`: a STAR that failed or an option that was set behind its last byte.
    enum class FrameChange { none, started, left };

    struct Result {
        ByteBuffer reply;
        FrameChange frame_change = FrameChange::none;
        std::optional<std::uint64_t> frame_bytes; // FrameChange::started: as announced, where that is known
    };

    // What there is for a READ.
    struct FrontData {
        std::span<const std::byte> bytes; // stays where it is until consume()
        bool is_complete = false;         // more data would not make it longer, or the frame has ended
        BlockQueue::Clock::time_point time;
        std::optional<Outcome> end; // the end of the frame, once no data is left
    };

    DeviceLink(); // throws std::system_error
    DeviceLink(const DeviceLink &) = delete;
    DeviceLink &operator=(const DeviceLink &) = delete;

    // --- main thread ---

    // Waits for something to do: the end first, then aborts, a job, and room for data as `reading` says.
    Task next(Reading reading);

    // Waits like next(Reading::none), but not for longer than this.
    void pause(std::chrono::milliseconds timeout);

    // After Task::job.
    DeviceRequest takeJob();
    void finishJob(Result result);

    // Whether an abort or the end waits to be seen to. Doesn't lock.
    bool isInterrupted() const noexcept { return interrupted_; }

    // After Task::abort, before sane_cancel: how many aborts this one answers; then, after it, that they are done.
    std::uint64_t abortsWanted();
    void finishAborts(std::uint64_t count);

    void beginFrame();
    std::span<std::byte> room();
    void commit(std::size_t length, bool is_last); // is_last: the announced bytes are complete
    void endFrame(Outcome outcome);

    // The device is closed, libsane is done.
    void finish();

    // --- I/O thread ---

    // Readable when there may be news; clearWake() before looking.
    int wakeFd() const noexcept { return wake_fd_.get(); }
    void clearWake() noexcept;

    // Only one job at a time: post, then result until there is one.
    void postJob(DeviceRequest job);
    bool withdrawJob(); // true when the main thread hadn't taken it
    // When the main thread began with it; nothing while it is in sane_read and hasn't.
    std::optional<std::chrono::steady_clock::time_point> jobTakenAt();
    std::optional<Result> takeResult();

    std::uint64_t requestAbort(); // returns the count of aborts asked for up to now
    std::uint64_t abortsDone();

    // Wakes up the I/O thread when there is more than this says: `wanted` bytes or the end, but not for the first ones.
    // With 0 it only looks, and the main thread isn't asked for anything.
    FrontData frontData(std::size_t wanted);
    void consume(std::size_t length);

    void quit();
    bool isFinished();
    bool waitFinished(std::chrono::milliseconds timeout);

private:
    bool hasTask(Reading reading) const noexcept;
    void wake() noexcept;

    UniqueFd wake_fd_;
    std::mutex mutex_;
    std::condition_variable main_news_;
    std::condition_variable finish_news_;
    std::atomic<bool> interrupted_{false};

    std::optional<DeviceRequest> job_;
    std::optional<std::chrono::steady_clock::time_point> job_taken_at_;
    std::optional<Result> result_;
    std::uint64_t aborts_wanted_ = 0;
    std::uint64_t aborts_done_ = 0;
    bool quit_ = false;
    bool finished_ = false;

    BlockQueue blocks_;
    std::optional<Outcome> frame_end_;
    bool is_last_read_ = false;
    std::size_t wake_at_bytes_ = 0; // 0: the I/O thread isn't waiting for data
    Reading waits_for_ = Reading::none;
};

} // namespace netsane
