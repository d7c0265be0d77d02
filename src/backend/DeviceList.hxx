// The devices of all servers that were asked, and the list of SANE_Device that a frontend reads.
//
// Owned by the Backend; what devices() returns is valid until the next fill() or the end of the object.
#pragma once

#include "backend/ServerSurvey.hxx"
#include "protocol/DeviceMessages.hxx"

#include <sane/sane.h>
#include <vector>

namespace netsane {

class DeviceList {
public:
    // The devices in the order of the servers.
    void fill(std::vector<SurveyedServer> surveyed);
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
