// A device opened on a server: the connection, the server's handle, and the waiting for replies while a cancel may
// come.
//
// Owned by a DeviceHandle, used within its calls. There is one connection per open device.
#pragma once

#include "backend/CancelSwitch.hxx"
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

    static constexpr std::size_t max_reads = 8;
    static constexpr std::uint32_t read_bytes = 64 * 1024;
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

    // Sends READs until max_reads are outstanding, as soon as the socket takes them.
    void topUpReads();
    // A READ was sent by request().
    void noteRead() noexcept { ++reads_; }
    std::size_t readsOutstanding() const noexcept { return reads_; }

    // Sends what stands in the buffer as far as the socket takes it.
    void push() { connection_->flush({}); }

    // Whether replies tell values and parameters (protocol.md §7.12); they hold for one era, which a STAR or an ABRT
    // ends.
    // As it was agreed on when the device was opened.
    bool tellsValues() const noexcept { return tells_values_; }
    Era era() const noexcept { return era_; }

    // ---- cancel: a frame is open from the first STAR until the ABRT

    void openFrame() noexcept
    {
        frame_open_ = true;
        ++era_;
    }
    bool isFrameOpen() const noexcept { return frame_open_; }

    // Sends ABRT unless that has been done. Waits for its reply where the device may be scanning, so that it has
    // stopped; else the reply is taken when it comes. Throws ConnectionLost.
    enum class Device { scanning, idle };
    void abortFrame(Device device = Device::scanning);

    // CLOS and QUIT, and the end of the connection. Waits for nothing and throws nothing.
    void close() noexcept;

private:
    [[noreturn]] void throwLost() const;
    void sendAbort();
    void onReply(MessageView reply) noexcept;

    std::unique_ptr<ClientConnection> connection_;
    const HandleBytes handle_;
    CancelSwitch &cancel_;
    const bool tells_values_;
    ReadHandler read_handler_;
    std::size_t reads_ = 0;
    bool frame_open_ = false;
    bool abort_sent_ = false; // for the frame that is open
    std::size_t aborts_outstanding_ = 0;
    std::optional<TimePoint> abort_deadline_; // of the last
    Era era_ = 0;
};

} // namespace netsane
