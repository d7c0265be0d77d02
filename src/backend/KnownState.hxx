// What replies have told of a device's options and parameters, as long as it holds (protocol.md §7.12).
//
// Owned by a DeviceHandle, used within its calls. A STAR or an ABRT that the link has sent makes everything unknown; so
// a reply is kept only if it was asked for behind the last of them. The memory is freed later, outside of sane_cancel.
#pragma once

#include "backend/DeviceLink.hxx"
#include "protocol/OptionDescriptor.hxx"
#include "protocol/Parameters.hxx"

#include <map>
#include <optional>
#include <sane/sane.h>
#include <utility>

namespace netsane {

class KnownState {
public:
    explicit KnownState(const DeviceLink &link) noexcept : link_(link) {}

    // nullptr: unknown. Valid until something else is kept or forgotten.
    const OptionValue *value(SANE_Int option);
    // era: the link's when the request went out.
    void keepValue(SANE_Int option, OptionValue value, DeviceLink::Era era);
    void forgetValue(SANE_Int option) { values_.erase(option); }

    // Those that `is_told` doesn't say yes to are forgotten.
    template<typename IsTold>
    void forgetOthers(IsTold is_told)
    {
        std::erase_if(values_, [&](const auto &entry) { return !is_told(entry.first); });
    }

    std::optional<Parameters> parameters();
    // Impossible ones aren't kept, so that asking for them reports what is wrong.
    void keepParameters(const Parameters &parameters, DeviceLink::Era era);
    void forgetParameters() noexcept { parameters_.reset(); }

    void clear() noexcept;

private:
    void dropOld() noexcept;

    const DeviceLink &link_;
    DeviceLink::Era era_{};
    std::map<SANE_Int, OptionValue> values_;
    std::optional<Parameters> parameters_;
};

} // namespace netsane
