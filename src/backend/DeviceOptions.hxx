// The options of one handle: descriptors, and sane_control_option with the checks that a local backend makes.
//
// Owned by a DeviceHandle, used within its calls only. Functions throw ConnectionLost and ProtocolError. Source:
// protocol.md §7.7, §7.8, sane-semantics.md 2 to 9.
#pragma once

#include "backend/DeviceLink.hxx"
#include "backend/OptionTable.hxx"
#include "client/DebugLog.hxx"

#include <optional>
#include <sane/sane.h>
#include <vector>

namespace netsane {

class DeviceOptions {
public:
    DeviceOptions(DeviceLink &link, const DebugSink &debug) noexcept : link_(link), debug_(debug) {}

    // Once, after OPEN: takes the descriptors that came with its reply, or asks for them.
    void load(std::optional<std::vector<OptionDescriptor>> descriptors);

    // For the frontend.
    const SANE_Option_Descriptor *descriptor(SANE_Int option) noexcept { return table_.handOut(option); }

    // value: as SANE's; info may be nullptr.
    SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info);

private:
    void reload(std::size_t count);
    std::size_t askCount();
    bool hasGrown(SANE_Int option) const noexcept;
    SANE_Status exchange(const ControlOptionRequest &request, const SANE_Option_Descriptor &descriptor, void *value,
                         SANE_Int *info);
    SANE_Status giveValue(const ControlOptionReply &reply, SANE_Int option, const SANE_Option_Descriptor &asked,
                          void *value) const;

    DeviceLink &link_;
    const DebugSink &debug_;
    OptionTable table_;
};

} // namespace netsane
