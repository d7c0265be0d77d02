// Device nodes that scanners may be at, and whether this process may open them. Stateless functions that open none.
//
// Looked at are USB devices that udev's list of SANE knows or that are printers or cameras by their class, SCSI devices
// that are scanners, and nodes with a scanner's name.
#pragma once

#include "tool/check/CheckReport.hxx"

#include <string>

namespace netsane {

// Where they are looked for; other folders in tests.
struct DeviceFolders {
    std::string dev = "/dev";
    std::string sys = "/sys";
    std::string udev = "/run/udev/data";
};

// group: of the configuration, for what to do; empty where netsaned has the groups of whoever starts it.
CheckFindings checkDeviceNodes(const DeviceFolders &folders, const std::string &group);

} // namespace netsane
