// The devices of all servers, asked at once; and the list of SANE_Device that a frontend reads.
//
// Owned by the Backend; what devices() returns is valid until the next fill() or the end of the object.
#pragma once

#include "client/DebugLog.hxx"
#include "client/DiscoveredServers.hxx"
#include "config/ClientConfig.hxx"
#include "protocol/DeviceMessages.hxx"

#include <chrono>
#include <sane/sane.h>
#include <string>
#include <vector>

namespace netsane {

class DeviceList {
public:
    using Milliseconds = std::chrono::milliseconds;

    // Together, however many servers there are (sane-semantics.md 20).
    static constexpr std::chrono::seconds deadline{2};

    // The devices come in the order of the servers, those of discovered ones behind, where they aren't the same. Blocks
    // until all servers have answered or the deadline has passed; a name that the DNS has to find is looked up before
    // that. Never asks anybody for a password: a server that wants a login gets one from netsane.conf or the person's
    // files, or has no devices; one that was discovered gets none.
    void fill(const std::vector<ServerEntry> &servers, DiscoveredServers &discovered, const DebugSink &debug);
    void clear();

    // Ends with a null pointer.
    const SANE_Device **devices() noexcept { return pointers_.data(); }

private:
    void publish();

    std::vector<DeviceEntry> entries_; // with the names that the frontend sees
    std::vector<SANE_Device> devices_;
    std::vector<const SANE_Device *> pointers_{nullptr};
};

// The name by which a frontend opens a server's device, without "netsane:".
std::string frontendName(const ServerName &server, const std::string &device);

} // namespace netsane
