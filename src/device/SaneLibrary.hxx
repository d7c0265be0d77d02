// sane_init to sane_exit, and the listing of devices.
//
// One per device process, on its main thread. Calls into libsane block as long as the backends like.
#pragma once

#include "protocol/DeviceMessages.hxx"

#include <cstdint>
#include <cstring>
#include <sane/sane.h>
#include <string>
#include <vector>

namespace netsane {

// What stands in an enumeration of libsane's. A backend may have put a value there that is none of its type.
template<typename Enum>
std::uint32_t numberOf(const Enum &value) noexcept
{
    std::uint32_t number;
    static_assert(sizeof value == sizeof number);
    std::memcpy(&number, &value, sizeof number); // not as its type, which it may not be
    return number;
}

// Values outside 0..11 are io_error.
Status fromSane(SANE_Status status) noexcept;

class SaneLibrary {
public:
    SaneLibrary() noexcept; // sane_init, without an authorization callback
    ~SaneLibrary();         // sane_exit
    SaneLibrary(const SaneLibrary &) = delete;
    SaneLibrary &operator=(const SaneLibrary &) = delete;

    Status status() const noexcept { return status_; }
    std::uint32_t versionCode() const noexcept { return version_code_; }

    // sane_get_devices, with devices on the network. Entries that the wire can't carry are left out.
    GetDevicesReply devices() const;

private:
    Status status_;
    std::uint32_t version_code_ = 0;
};

} // namespace netsane
