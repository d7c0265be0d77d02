// NONE (seed 2.5): the crypt method that changes no byte. The host may skip it (PASSTHROUGH); it does the same as every
// other so that there is one way through the code.

#pragma once

#include <cstddef>
#include <cstdint>
#include <netsane/plugin.h>
#include <span>
#include <vector>

namespace netsane {

/// One connection's stream; the same on both sides. Owned by the host through its handle.
class NoneStream {
public:
    /// Sets memory aside for both directions, so that later nothing can fail. Throws std::bad_alloc.
    NoneStream();

    size_t pushWire(std::span<const std::byte> bytes) noexcept;
    size_t pullWire(std::span<std::byte> space) noexcept;
    size_t readPlain(std::span<std::byte> space) noexcept;
    size_t writePlain(std::span<const std::byte> bytes) noexcept;
    void endWire() noexcept { wire_ended_ = true; }
    void shutdown() noexcept { shut_down_ = true; }
    size_t pendingWire() const noexcept { return outbound_.size(); }
    size_t pendingPlain() const noexcept { return inbound_.size(); }

    /// Clear text has no goodbye, so that any end is a proper one.
    uint32_t state() const noexcept { return wire_ended_ ? NETSANE_STATE_CLOSED : NETSANE_STATE_OPEN; }

private:
    std::vector<std::byte> inbound_;
    std::vector<std::byte> outbound_;
    bool wire_ended_ = false;
    bool shut_down_ = false;
};

} // namespace netsane
