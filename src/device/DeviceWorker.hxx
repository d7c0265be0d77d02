// The main thread of a device process: the only caller of libsane. Executes the jobs that the I/O thread hands over,
// and between them reads the frame that runs, as far ahead as the link has room.
//
// What a client sees while it reads data that was read ahead: PARM answers with the parameters frozen at STAR; the
// channel refuses a STAR and a COPT that sets something until the client has all data of its frame. Behind the last
// byte that the parameters announce nothing is read ahead: the backend is asked for the end of the frame only when the
// client asks for it, so a frontend that never does finds the backend as it would locally.
#pragma once

#include "device/DeviceLink.hxx"
#include "device/OptionTable.hxx"
#include "device/SaneHandle.hxx"
#include "device/SaneLibrary.hxx"
#include "device/ToldValues.hxx"

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
    void controlOption(const DeviceRequest &request, DeviceLink::Result &result);
    ToldState tell();
    void tellNews(const ControlOptionRequest &control, ControlOptionReply &reply);
    void getParameters(const DeviceRequest &request, ByteBuffer &reply);
    void start(DeviceLink::Result &result);
    void readDirectly(const DeviceRequest &request, ByteBuffer &reply);
    void readAhead();
    void abort();
    void stop() noexcept;
    DeviceLink::Reading reading() const noexcept;

    DeviceLink &link_;
    const SaneLibrary &library_;
    const std::string device_;
    const std::string refusal_;
    SaneHandle handle_;
    OptionTable options_;
    ToldValues told_;
    std::optional<Parameters> frame_parameters_;
    std::vector<std::byte> direct_buffer_;
    bool was_opened_ = false;
    bool is_reading_ = false; // between STAR and the backend's end of the frame
    // Of the frame, as its parameters tell; nothing where they don't.
    std::optional<std::uint64_t> frame_bytes_left_;
};

} // namespace netsane
