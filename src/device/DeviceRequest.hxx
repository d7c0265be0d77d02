// A request on a device process's channel, decoded when it arrives, and what has become of it.
//
// A value; made by the I/O thread, handed to the main thread for those commands that need libsane.
#pragma once

#include "protocol/DeviceMessages.hxx"

#include <cstdint>

namespace netsane {

struct DeviceRequest {
    Command command = Command::open;
    ControlOptionRequest control{}; // COPT; its `option` for GOPT too
    std::uint32_t max_bytes = 0;    // READ
    bool non_blocking = false;      // IOMO

    bool with_descriptors = false; // OPEN, COPT: the peer knows extension 2
    bool with_values = false;      // and 4
    bool is_cancelled = false;     // by an ABRT behind it
    std::uint64_t abort_until = 0; // ABRT, CLOS: answered when that many aborts are done
    bool frame_active = false;     // whether the client is in a frame; set when the request's turn has come
};

// Throws ProtocolError for what is malformed, no request of a device, or for another handle than channel_handle.
DeviceRequest decodeDeviceRequest(MessageView message);

} // namespace netsane
