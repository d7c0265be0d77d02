// The scanning of one handle: start, parameters, read, cancel, non-blocking mode and the select descriptor.
//
// Owned by a DeviceHandle, used within its calls only. Functions throw ConnectionLost and ProtocolError. Source:
// protocol.md §7.9, sane-semantics.md 1, 10 to 14, 18, 23.
#pragma once

#include "backend/DeviceLink.hxx"
#include "backend/ImageBuffer.hxx"
#include "backend/KnownState.hxx"
#include "client/DebugLog.hxx"

#include <optional>
#include <sane/sane.h>
#include <span>

namespace netsane {

class DeviceFrame {
public:
    DeviceFrame(DeviceLink &link, CancelSwitch &cancel, KnownState &known, const DebugSink &debug);

    SANE_Status start();
    SANE_Status parameters(SANE_Parameters *parameters);

    // length 0 unless GOOD. Blocking unless setNonBlocking().
    SANE_Status read(std::span<std::byte> space, std::size_t &length);

    // The whole sane_cancel: the device has stopped when it returns. Cheap when no frame was started or the frame was
    // at its end: then it waits for nothing. In a signal handler too: in clear, with an image under way and as long as
    // the server answers as it should, memory is neither allocated nor freed.
    void cancel() noexcept;

    SANE_Status setNonBlocking(bool non_blocking);

    // Readable when read() has something to say: data, the end, an error, a cancel. Also when only a note of the server
    // has come (protocol.md §4), so that a non-blocking read() may give length 0 behind it; a blocking one reads on.
    // Valid until close.
    SANE_Status selectFd(SANE_Int &fd);

    // Options can't be set while the frontend is in the middle of a frame.
    bool isRunning() const noexcept { return state_ == State::running; }

    // The last frame ended with a cancel: that is what read() says, whatever the connection is like.
    bool isCancelled() const noexcept { return state_ == State::cancelled || cancel_.isRequested(); }

    // Before any other request of the handle: what was received of the image is kept, what a cancel left is freed.
    void prepareForRequest() { image_.detach(); }

    // An option was set: the parameters of the last frame count no more.
    void forgetParameters() noexcept;

    // At the end of every call: brings the select descriptor up to date.
    void updateReady() noexcept;

private:
    enum class State { idle, running, ended, cancelled };

    void onRead(MessageView message, bool keep_view);
    void noteStatus(Status status) noexcept;
    SANE_Status beginFrame(const StartReply &reply);
    bool awaitKnownEnd();
    void topUpReads();
    SANE_Status refuseParameters(const char *call, const char *fault) const;
    SANE_Status refuseStart(const Outcome &outcome);
    void leaveFrame();
    SANE_Status readUnstarted(std::span<std::byte> space, std::size_t &length);
    SANE_Status readRunning(std::span<std::byte> space, std::size_t &length);
    SANE_Status cancelled() noexcept;
    SANE_Status report(const char *call, const Outcome &outcome) const;
    bool isReady();

    DeviceLink &link_;
    CancelSwitch &cancel_;
    KnownState &known_;
    const DebugSink &debug_;
    State state_ = State::idle;
    DeviceLink::Device device_ = DeviceLink::Device::idle; // as far as replies say
    bool non_blocking_ = false;
    bool was_busy_ = false; // the last start was refused with DEVICE_BUSY
    ImageBuffer image_;
    std::optional<Outcome> end_; // how the frame ended; bytes may stand before it
    std::optional<Parameters> frozen_;
    std::optional<Parameters> expected_; // of the next frame, as far as can be told
    std::int64_t given_bytes_ = 0;       // of the frame, to the frontend
    std::uint64_t received_bytes_ = 0;
    UniqueFd epoll_;
    std::optional<WakeFd> ready_;
};

} // namespace netsane
