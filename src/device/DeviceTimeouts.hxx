// How long a backend may take for what isn't scanning. Plain values, from the command line to the channel's thread.
//
// sane_start and sane_read take as long as they like: lamps warm up, feeders wait for paper, and whoever is tired of it
// cancels.
#pragma once

#include <cstdint>

namespace netsane {

struct DeviceTimeouts {
    std::uint32_t call = 120; // seconds, for sane_open, options, parameters
    std::uint32_t close = 30; // seconds, for sane_cancel and sane_close: heads are parked, sheets put out
};

} // namespace netsane
