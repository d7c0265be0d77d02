// The devices of all servers, asked at once; and the list of SANE_Device that a frontend reads.
//
// Owned by the Backend; what devices() returns is valid until the next fill() or the end of the object.
#pragma once

#include "client/DebugLog.hxx"
#include "config/ClientConfig.hxx"
#include "protocol/DeviceMessages.hxx"

#include <sane/sane.h>
#include <vector>

namespace netsane {

class DeviceList {
public:
    // The devices come in the order of the servers. Blocks as surveyServers() does.
    void fill(const std::vector<ServerEntry> &servers, const DebugSink &debug);
    void clear();

    // Ends with a null pointer.
    const SANE_Device **devices() noexcept { return pointers_.data(); }

private:
    void publish();

    std::vector<DeviceEntry> entries_; // with the names that the frontend sees
    std::vector<SANE_Device> devices_;
    std::vector<const SANE_Device *> pointers_{nullptr};
};

} // namespace netsane
