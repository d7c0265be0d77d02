// Scan parameters from a server: frontends allocate, divide and step through lines by these numbers.
//
// A pure function, any thread.
#pragma once

#include "protocol/DeviceMessages.hxx"

namespace netsane {

// nullptr, or what is wrong. An image has 1 TiB at most. The frames that SANE defines have samples of 1, 8 or 16 bits
// and lines with room for their pixels, as drivers fill them up: at one bit each colour to whole bytes.
const char *faultOf(const Parameters &parameters) noexcept;

} // namespace netsane
