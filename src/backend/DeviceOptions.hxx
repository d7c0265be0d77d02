// The options of one handle: descriptors, and sane_control_option with the checks that a local backend makes.
//
// Owned by a DeviceHandle, used within its calls only. Functions throw ConnectionLost and ProtocolError. Values that
// replies have told are answered from there; when one that could be told isn't known, all like it are asked for in one
// flight. Source: protocol.md §7.7, §7.8, §7.12, sane-semantics.md 2 to 9.
#pragma once

#include "backend/DeviceLink.hxx"
#include "backend/KnownState.hxx"
#include "backend/OptionTable.hxx"
#include "client/DebugLog.hxx"

#include <sane/sane.h>
#include <vector>

namespace netsane {

class DeviceOptions {
public:
    // Where the values that are asked for come from: what replies have told, or the server, as in a running frame.
    enum class Source { known, server };

    DeviceOptions(DeviceLink &link, KnownState &known, const DebugSink &debug) noexcept
        : link_(link), known_(known), debug_(debug)
    {
    }

    // Once, after OPEN: takes the descriptors and values that came with its reply, or asks for the descriptors.
    void load(OpenReply reply);

    // For the frontend.
    const SANE_Option_Descriptor *descriptor(SANE_Int option) noexcept { return table_.handOut(option); }

    // value: as SANE's; info may be nullptr.
    SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info, Source source);

private:
    void reload(std::size_t count);
    std::size_t askCount();
    bool hasGrown(SANE_Int option) const noexcept;
    bool isKept(SANE_Int option) const noexcept;
    std::vector<SANE_Int> unknownOptions(SANE_Int asked);
    SANE_Status get(SANE_Int option, void *value);
    SANE_Status askUnknown(SANE_Int asked, void *value);
    SANE_Status askOne(SANE_Int option, void *value);
    ControlOptionReply receive(const SANE_Option_Descriptor &descriptor, Action action);
    SANE_Status report(const Outcome &outcome) const;
    SANE_Status set(const ControlOptionRequest &request, void *value, SANE_Int *info);
    void learn(SANE_Int option, ControlOptionReply &reply, DeviceLink::Era era);
    void learnState(ToldState state, DeviceLink::Era era);
    SANE_Status giveValue(ValueType type, const OptionValue &given, SANE_Int option,
                          const SANE_Option_Descriptor &asked, void *value) const;

    DeviceLink &link_;
    KnownState &known_;
    const DebugSink &debug_;
    OptionTable table_;
};

} // namespace netsane
