// Which devices of a connection are in the middle of a frame, and how much of it was delivered: for the audit log.
//
// Part of a ServerSession, which shows it every reply of a device. A frame begins with a STAR that is GOOD and ends
// with the READ that isn't, with ABRT, with the next STAR, or with the device.
#pragma once

#include "session/ServerTypes.hxx"
#include "wire/Message.hxx"

#include <cstdint>
#include <map>
#include <optional>

namespace netsane {

class ScanTally {
public:
    // The frame that this reply has ended, if it did. Throws ProtocolError for a reply without status or data.
    std::optional<ScanSummary> replied(DeviceKey key, MessageView reply);

    // The frame that was under way when the device was closed or lost.
    std::optional<ScanSummary> ended(DeviceKey key, Status status);

private:
    std::map<DeviceKey, std::uint64_t> image_bytes_; // of the frame that is under way
};

} // namespace netsane
