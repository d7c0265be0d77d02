// What the replies of OPEN and COPT bring along (protocol.md §7.12, extension 4): values, parameters, and the
// descriptors that changed.
//
// Plain values; the functions append fields to a message in the making and read them out of one. Reading throws
// ProtocolError for what is malformed; whether a value fits its option is for the reader to see, who knows that.
#pragma once

#include "protocol/Numbers.hxx"
#include "protocol/OptionDescriptor.hxx"
#include "protocol/Parameters.hxx"

#include <cstdint>
#include <vector>

namespace netsane {

// The size of an option whose value changes only by being set and isn't too large to be told; else 0.
constexpr std::int32_t tellableBytes(const OptionDescriptor &descriptor) noexcept
{
    constexpr auto wanted = capability_soft_select | capability_soft_detect;
    constexpr auto looked_at = wanted | capability_hard_select | capability_inactive;
    const bool is_set_only = (descriptor.capabilities & looked_at) == wanted;
    const bool has_size = descriptor.size_bytes > 0 && descriptor.size_bytes <= max_told_value_bytes;
    return is_set_only && hasValue(descriptor.type) && has_size ? descriptor.size_bytes : 0;
}

// Which options of a device are told: asked about all of them, in their order. Both ends have to come to the same.
class ToldOptions {
public:
    bool take(std::int32_t tellable_bytes) noexcept
    {
        const bool fits = tellable_bytes <= left_bytes_;
        left_bytes_ = fits ? left_bytes_ - tellable_bytes : 0;
        return fits && tellable_bytes > 0;
    }

private:
    std::int32_t left_bytes_ = max_told_bytes;
};

struct ToldValue {
    std::int32_t option = 0;
    ValueType type = ValueType::group; // group: the value can't be told any more
    OptionValue value{};

    bool operator==(const ToldValue &) const = default;
};

struct ToldState {
    std::vector<ToldValue> values;
    Status status = Status::io_error; // what PARM would say
    Parameters parameters{};          // if it is good

    bool operator==(const ToldState &) const = default;
};

struct ToldDescriptor {
    std::int32_t option = 0;
    OptionDescriptor descriptor;

    bool operator==(const ToldDescriptor &) const = default;
};

void encodeToldState(FrameEncoder &message, const ToldState &state);
ToldState decodeToldState(MessageReader &reader);

void encodeToldDescriptors(FrameEncoder &message, const std::vector<ToldDescriptor> &descriptors);
std::vector<ToldDescriptor> decodeToldDescriptors(MessageReader &reader);

} // namespace netsane
