// Where the kernel's word of devices that were plugged in or pulled out comes from.
//
// Owned by a DeviceWatch. Through udev where netsaned was built with libudev: HotplugUdev.cxx, else HotplugNone.cxx.
#pragma once

#include <memory>

namespace netsane {

class HotplugSource {
public:
    virtual ~HotplugSource() = default;

    // Readable when there may be news. Stays this object's.
    virtual int fd() const noexcept = 0;

    // Reads all that is there. True if a device that could be a scanner has come or gone.
    virtual bool takeNews() noexcept = 0;
};

// Nothing where this system can't tell.
std::unique_ptr<HotplugSource> openHotplugSource() noexcept;

} // namespace netsane
