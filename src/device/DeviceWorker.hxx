// The main thread of a device process: the only caller of libsane. Executes the jobs that the I/O thread hands over,
// and between them reads the frame that runs, as far ahead as the link has room.
//
// What a client sees while it reads data that was read ahead: PARM answers with the parameters frozen at STAR. When the
// backend is already at the end of the frame and the client isn't, a COPT that sets something and a STAR are answered
// INVAL: the backend itself would take them, but a local frontend in that place is in mid-scan, where SANE's standard
// has options refused (the `test` backend says INVAL too). Before that the backend answers for itself.
#pragma once

#include "device/DeviceLink.hxx"
#include "device/OptionTable.hxx"
#include "device/SaneHandle.hxx"
#include "device/SaneLibrary.hxx"

#include <optional>
#include <string>
#include <vector>

namespace netsane {

class DeviceWorker {
public:
    // device: the only one that OPEN opens. refusal: why OPEN is to fail with INVAL, or empty.
    DeviceWorker(DeviceLink &link, const SaneLibrary &library, std::string device, std::string refusal)
        : link_(link), library_(library), device_(std::move(device)), refusal_(std::move(refusal))
    {
    }

    // Returns when the link says quit, with the scan cancelled and the device closed. CancelSignal::install() must have
    // been called on this thread.
    void run();

private:
    void execute(const DeviceRequest &request);
    void open(const DeviceRequest &request, ByteBuffer &reply);
    void close(ByteBuffer &reply);
    void getOption(const DeviceRequest &request, ByteBuffer &reply);
    void controlOption(const DeviceRequest &request, ByteBuffer &reply);
    void getParameters(const DeviceRequest &request, ByteBuffer &reply);
    bool start(const DeviceRequest &request, ByteBuffer &reply);
    void readDirectly(const DeviceRequest &request, ByteBuffer &reply);
    void readAhead();
    void abort();
    void stop() noexcept;
    bool isAheadOfClient(const DeviceRequest &request) const noexcept;

    DeviceLink &link_;
    const SaneLibrary &library_;
    const std::string device_;
    const std::string refusal_;
    SaneHandle handle_;
    OptionTable options_;
    std::optional<Parameters> frame_parameters_;
    std::vector<std::byte> direct_buffer_;
    bool was_opened_ = false;
    bool is_reading_ = false; // between STAR and the backend's end of the frame
    // Of the frame, as its parameters tell; nothing where they don't. Some backends take options again from the last
    // byte on, not from the end of the frame.
    std::optional<std::uint64_t> frame_bytes_left_;
};

} // namespace netsane
