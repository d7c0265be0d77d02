// What the program netsaned-device does, behind its command line.
//
// Called once per process, on the main thread, before there are other threads; descriptors 0 to 2 have been taken care
// of. Blocks until all is done and returns the exit status of the process.
#pragma once

#include "device/DeviceTimeouts.hxx"
#include "os/UniqueFd.hxx"

#include <string>
#include <vector>

namespace netsane {

struct DeviceProcessOptions {
    std::string device;          // as libsane's dll names it; for serveDevice()
    std::string sane_config_dir; // like SANE_CONFIG_DIR
    std::vector<std::string> excluded_backends;
    DeviceTimeouts timeouts = {};
};

// Serves one device on the channel until that is closed, without anybody to assign it. Throws std::system_error.
int serveDevice(UniqueFd channel, const DeviceProcessOptions &options);

// Gets everything ready, says so on the control socket (SOCK_SEQPACKET) with an INIT reply, and waits. An OPEN request
// with a descriptor, the channel, says which device to serve on it, once; an OPEN reply says that the descriptor has
// come, and the control socket is closed. Returns when that is closed before. Throws std::system_error, ProtocolError.
int serveWhenAssigned(UniqueFd control, const DeviceProcessOptions &options);

// Writes an INIT reply and a GDEV reply. Throws std::system_error.
int listDevices(UniqueFd channel, const DeviceProcessOptions &options);

} // namespace netsane
