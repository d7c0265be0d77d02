#include "device/OptionTable.hxx"

#include "device/SaneLibrary.hxx"
#include "protocol/ToldState.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/WireLimits.hxx"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 16 * 1024;
constexpr SANE_Word max_options = 4096;
constexpr SANE_Word max_list_words = 64 * 1024;
constexpr std::size_t max_list_strings = 4096;

std::string text(const char *string)
{
    return string ? std::string(string, ::strnlen(string, max_text_bytes)) : std::string();
}

OptionDescriptor unusable()
{
    OptionDescriptor descriptor;
    descriptor.type = ValueType::group;
    descriptor.capabilities = SANE_CAP_INACTIVE;
    return descriptor;
}

void convertConstraint(const SANE_Option_Descriptor &source, OptionDescriptor &descriptor)
{
    switch (numberOf(source.constraint_type)) {
    case SANE_CONSTRAINT_RANGE:
        if (!source.constraint.range)
            return;
        descriptor.constraint_type = ConstraintType::range;
        descriptor.range_min = source.constraint.range->min;
        descriptor.range_max = source.constraint.range->max;
        descriptor.range_quant = source.constraint.range->quant;
        return;
    case SANE_CONSTRAINT_WORD_LIST: {
        const SANE_Word *const list = source.constraint.word_list;
        if (!list)
            return;
        descriptor.constraint_type = ConstraintType::word_list;
        const SANE_Word count = std::clamp(list[0], 0, max_list_words);
        descriptor.words.assign(list + 1, list + 1 + count);
        return;
    }
    case SANE_CONSTRAINT_STRING_LIST:
        if (!source.constraint.string_list)
            return;
        descriptor.constraint_type = ConstraintType::string_list;
        for (auto string = source.constraint.string_list; *string && descriptor.strings.size() < max_list_strings;
             ++string)
            if (**string)
                descriptor.strings.push_back(text(*string));
        return;
    default:
        return;
    }
}

std::int32_t optionCount(SANE_Handle handle)
{
    // Option 0's descriptor first: the test backend refuses options whose descriptor nobody has read.
    if (!sane_get_option_descriptor(handle, 0))
        return 0;
    SANE_Word count = 0;
    if (sane_control_option(handle, 0, SANE_ACTION_GET_VALUE, &count, nullptr) != SANE_STATUS_GOOD)
        return 1;
    return std::clamp(count, 1, max_options);
}

} // namespace

OptionDescriptor convertDescriptor(const SANE_Option_Descriptor &source)
{
    OptionDescriptor descriptor;
    descriptor.name = text(source.name);
    descriptor.title = text(source.title);
    descriptor.description = text(source.desc);
    descriptor.unit = numberOf(source.unit);
    descriptor.capabilities = static_cast<std::uint32_t>(source.cap);
    const auto type = numberOf(source.type);
    descriptor.type = static_cast<ValueType>(type);
    if (type > static_cast<std::uint32_t>(ValueType::group) ||
        (hasValue(descriptor.type) && (source.size < 0 || source.size > max_option_bytes))) {
        descriptor.type = ValueType::group;
        descriptor.capabilities |= SANE_CAP_INACTIVE;
        return descriptor;
    }
    if (hasValue(descriptor.type))
        descriptor.size_bytes = source.size;
    // Local frontends hand over a whole word whatever size says, so a backend can be sloppy there.
    if (isWordType(descriptor.type))
        descriptor.size_bytes = std::max(descriptor.size_bytes, static_cast<std::int32_t>(sizeof(SANE_Word)));
    convertConstraint(source, descriptor);
    return descriptor;
}

void OptionTable::load(SANE_Handle handle)
{
    // The number of options never changes, and asking for it may be refused while a scan runs.
    const auto count = descriptors_.empty() ? optionCount(handle) : static_cast<std::int32_t>(descriptors_.size());
    descriptors_.resize(static_cast<std::size_t>(count));
    for (std::int32_t option = 0; option < count; ++option)
        read(handle, option);
    chooseTold();
}

void OptionTable::read(SANE_Handle handle, std::int32_t option)
{
    const auto source = sane_get_option_descriptor(handle, option);
    auto descriptor = source ? convertDescriptor(*source) : unusable();
    auto &known = descriptors_[static_cast<std::size_t>(option)];
    if (known == descriptor)
        return;
    known = std::move(descriptor);
    changed_.insert(option);
}

void OptionTable::chooseTold()
{
    ToldOptions told;
    is_told_.clear();
    for (const auto &descriptor : descriptors_)
        is_told_.push_back(told.take(tellableBytes(descriptor)));
}

std::vector<std::int32_t> OptionTable::takeChanged()
{
    std::vector<std::int32_t> options(changed_.begin(), changed_.end());
    changed_.clear();
    return options;
}

const OptionDescriptor *OptionTable::refresh(SANE_Handle handle, std::int32_t option)
{
    if (!find(option))
        return nullptr;
    read(handle, option);
    chooseTold();
    return find(option);
}

const OptionDescriptor *OptionTable::find(std::int32_t option) const noexcept
{
    if (option < 0 || static_cast<std::size_t>(option) >= descriptors_.size())
        return nullptr;
    return &descriptors_[static_cast<std::size_t>(option)];
}

bool OptionTable::fitsMessage() const
{
    ByteBuffer buffer;
    FrameEncoder message(buffer, 0);
    encodeDescriptors(message, descriptors_);
    message.end();
    // Room for the other fields of the reply, the largest value among them.
    return buffer.size() + max_option_bytes <= limits_after_login.max_message_bytes;
}

} // namespace netsane
