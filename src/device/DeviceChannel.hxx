// The I/O thread of a device process: receives requests, keeps their order, answers READ from the data read ahead and
// hands the others to the main thread (protocol.md §7, §8).
//
// Owned by the device process, runs on a thread of its own in which all signals are blocked. Requests are received
// while replies wait for a slow peer, so that an ABRT is seen at once.
#pragma once

#include "device/ChannelWriter.hxx"
#include "device/DeviceLink.hxx"
#include "device/DeviceRequest.hxx"
#include "device/DeviceTimeouts.hxx"
#include "os/UniqueFd.hxx"
#include "protocol/OutstandingRequests.hxx"
#include "wire/FrameDecoder.hxx"

#include <chrono>
#include <deque>
#include <optional>

namespace netsane {

class DeviceChannel {
public:
    // channel: a connected stream socket. terminate: readable when the process is to end as if the peer had closed.
    DeviceChannel(UniqueFd channel, UniqueFd terminate, DeviceLink &link, const DeviceTimeouts &timeouts);

    // Serves until the peer closes the channel or sends what is no request (a line on stderr says so); then has the
    // scan cancelled and the device closed, and returns when the main thread has finished. Ends the process when that,
    // or a call of the backend before, takes longer than the timeouts say. Returns the exit status of the process.
    int run() noexcept;

private:
    using Clock = std::chrono::steady_clock;
    // refused: none, and a STAR that failed is the last request that was no READ.
    enum class FrameState { none, active, ended, refused };

    void serve();
    bool receive();
    void accept(MessageView message);
    void popFront();
    void requestAbort(DeviceRequest &request);
    void cancelQueued();
    void progress();
    bool answerHead();
    bool answerRead(const DeviceRequest &request);
    std::optional<bool> hasWholeFrame();
    void refuseInFrame(const DeviceRequest &request);
    bool takeResult(const DeviceRequest &request);
    void postJob(DeviceRequest &request);
    void answerHere(const DeviceRequest &request);
    void signalIfDue();
    bool waitForNews();
    int timeout() const noexcept;
    void endIfOverdue();
    std::chrono::seconds callTimeout() const noexcept;
    [[noreturn]] static void giveUp(const char *what) noexcept;
    void shutDown();

    UniqueFd channel_;
    UniqueFd terminate_;
    DeviceLink &link_;
    const DeviceTimeouts timeouts_;
    ChannelWriter writer_;
    FrameDecoder decoder_;
    std::deque<DeviceRequest> queue_; // not answered, oldest first
    OutstandingRequests outstanding_;
    std::size_t queued_bytes_ = 0; // of the values in the queue
    bool is_greeted_ = false;
    bool with_descriptors_ = false;
    bool with_values_ = false;
    bool has_job_ = false;                     // the main thread has the first of the queue
    std::size_t sending_bytes_ = 0;            // of data that lies in the link and is on its way
    FrameState frame_ = FrameState::none;      // the client's: it ends when its end has been answered
    Outcome frame_end_;                        // FrameState::ended
    std::uint64_t given_bytes_ = 0;            // of the frame, answered to READs
    std::optional<std::uint64_t> frame_bytes_; // as announced at STAR, where that is known
    std::optional<Clock::time_point> partial_due_;
    std::chrono::milliseconds look_again_; // the longer the scanner takes, the rarer
    std::optional<Clock::time_point> signal_due_;
    std::optional<Clock::time_point> call_due_;  // the main thread's call has to be over
    std::optional<Clock::time_point> abort_due_; // the same for all aborts
};

} // namespace netsane
