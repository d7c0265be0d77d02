// A device opened on a server: the connection, the server's handle, and the waiting for replies while a cancel may
// come.
//
// Owned by a DeviceHandle, used within its calls. There is one connection per open device.
#pragma once

#include "backend/CancelSwitch.hxx"
#include "backend/ReadWindow.hxx"
#include "client/ClientConnection.hxx"
#include "protocol/DeviceMessages.hxx"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace netsane {

// The connection is gone, and stays so: SANE_STATUS_IO_ERROR. Caught in DeviceHandle.
class ConnectionLost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class DeviceLink {
public:
    using TimePoint = ClientConnection::TimePoint;
    using ReadHandler = std::function<void(MessageView)>;
    using Era = std::uint64_t;

    static constexpr std::uint32_t read_bytes = ReadWindow::read_bytes;
    // More than the 10 seconds that the server gives the device to stop (protocol.md §8).
    static constexpr std::chrono::seconds cancel_timeout{15};

    DeviceLink(std::unique_ptr<ClientConnection> connection, HandleBytes handle, CancelSwitch &cancel);

    // READ replies that come while another reply is awaited go there.
    void setReadHandler(ReadHandler handler) { read_handler_ = std::move(handler); }

    ClientSession &session() noexcept { return connection_->session(); }
    bool isLost() const noexcept { return connection_->failure().has_value(); }
    int fd() const noexcept { return connection_->fd(); }
    std::span<const std::byte> handle() const noexcept { return handle_; }

    // Where to append the request. Throws ConnectionLost.
    ByteBuffer &request(Command command);

    // Waits for a reply to `command`, which must be outstanding. A cancel that is asked for meanwhile is sent ahead.
    // Throws ConnectionLost, also when `deadline` passes.
    MessageView await(Command command, std::optional<TimePoint> deadline = std::nullopt);

    // A READ reply that is there already, or nothing. Throws ConnectionLost.
    std::optional<MessageView> pollRead();

    // ---- READs: what is asked for is sent as soon as somebody waits, and leaves room for an ABRT behind it

    // STAR, and right behind it READs where the server is known to understand that. frame_bytes: what is expected of
    // the frame, where that is known. Opens the frame.
    void sendStart(std::optional<std::uint64_t> frame_bytes);
    // As many as the window allows. left_bytes: of the frame, not received yet.
    void topUpReads(std::optional<std::uint64_t> left_bytes);
    // One that the caller waits for.
    void sendRead(std::uint32_t max_bytes);
    std::size_t readsOutstanding() const noexcept { return reads_; }
    // Bytes of a frame have come.
    void noteReceived(std::size_t count_bytes) noexcept;

    // Sends what stands in the buffer as far as the socket takes it.
    void push() { connection_->flush({}); }

    // Whether replies tell values and parameters (protocol.md §7.12), as was agreed on when the device was opened; they
    // hold for one era, which a STAR or an ABRT ends.
    bool tellsValues() const noexcept { return tells_values_; }
    Era era() const noexcept { return era_; }

    // ---- cancel: a frame is open from the first STAR until the ABRT

    bool isFrameOpen() const noexcept { return frame_open_; }

    // Sends ABRT unless that has been done. Waits for its reply where the device may be scanning, so that it has
    // stopped; else the reply is taken when it comes. Throws ConnectionLost.
    enum class Device { scanning, idle };
    void abortFrame(Device device = Device::scanning);

    // CLOS and QUIT, and the end of the connection. Waits for nothing and throws nothing.
    void close() noexcept;

private:
    [[noreturn]] void throwLost();
    void sendAbort();
    void onReply(MessageView reply) noexcept;
    void appendReads(std::size_t count);

    std::unique_ptr<ClientConnection> connection_;
    const HandleBytes handle_;
    CancelSwitch &cancel_;
    const bool tells_values_;
    ReadHandler read_handler_;
    std::size_t reads_ = 0;
    ReadWindow window_;
    bool frame_open_ = false;
    bool abort_sent_ = false; // for the frame that is open
    std::size_t aborts_outstanding_ = 0;
    std::optional<TimePoint> abort_deadline_; // of the last
    Era era_ = 0;
};

} // namespace netsane
