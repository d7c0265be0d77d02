// What the program netsaned-device does, behind its command line.
//
// Called once per process, on the main thread, before there are other threads; descriptors 0 to 2 have been taken care
// of. Blocks until all is done and returns the exit status of the process.
#pragma once

#include "os/UniqueFd.hxx"

#include <string>
#include <vector>

namespace netsane {

struct DeviceProcessOptions {
    std::string device;          // as libsane's dll names it; for serveDevice()
    std::string sane_config_dir; // like SANE_CONFIG_DIR
    std::vector<std::string> excluded_backends;
};

// Serves one device on the channel until that is closed. Throws std::system_error.
int serveDevice(UniqueFd channel, const DeviceProcessOptions &options);

// Writes an INIT reply and a GDEV reply. Throws std::system_error.
int listDevices(UniqueFd channel, const DeviceProcessOptions &options);

} // namespace netsane
