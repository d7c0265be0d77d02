#include "backend/DeviceOptions.hxx"

#include "session/ClientText.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstring>

namespace netsane {

namespace {

// GOPT requests in one flight; less than the 64 that may be outstanding, for the READs of a running frame.
constexpr std::size_t max_flight = 48;

std::size_t wordCount(const SANE_Option_Descriptor &descriptor) noexcept
{
    return static_cast<std::size_t>(descriptor.size) / sizeof(SANE_Word);
}

// What a local backend refuses without looking at its device.
bool isAllowed(const SANE_Option_Descriptor &descriptor, SANE_Action action, const void *value) noexcept
{
    if (descriptor.type == SANE_TYPE_GROUP || !SANE_OPTION_IS_ACTIVE(descriptor.cap))
        return false;
    const bool needs_value = descriptor.type != SANE_TYPE_BUTTON && descriptor.size > 0;
    switch (action) {
    case SANE_ACTION_GET_VALUE:
        return value || !needs_value;
    case SANE_ACTION_SET_VALUE:
        return SANE_OPTION_IS_SETTABLE(descriptor.cap) && (value || !needs_value);
    case SANE_ACTION_SET_AUTO:
        return SANE_OPTION_IS_SETTABLE(descriptor.cap) && (descriptor.cap & SANE_CAP_AUTOMATIC) != 0;
    }
    return false;
}

// The caller's value as one of the protocol; nothing for a string that doesn't end within the option's size.
std::optional<OptionValue> takeValue(const SANE_Option_Descriptor &descriptor, const void *value)
{
    OptionValue result;
    const auto size = static_cast<std::size_t>(descriptor.size);
    if (isWordType(static_cast<ValueType>(descriptor.type))) {
        result.words.resize(wordCount(descriptor));
        if (!result.words.empty())
            std::memcpy(result.words.data(), value, result.words.size() * sizeof(SANE_Word));
    } else if (descriptor.type == SANE_TYPE_STRING) {
        const auto *const text = static_cast<const char *>(value);
        const auto length = size == 0 ? 0 : ::strnlen(text, size);
        if (length == size)
            return std::nullopt;
        result.text.assign(text, length);
    }
    return result;
}

bool expectsValue(const SANE_Option_Descriptor &descriptor, Action action) noexcept
{
    if (action == Action::set_auto || !hasValue(static_cast<ValueType>(descriptor.type)))
        return false;
    return descriptor.type == SANE_TYPE_STRING || wordCount(descriptor) != 0;
}

} // namespace

void DeviceOptions::load(std::optional<std::vector<OptionDescriptor>> descriptors)
{
    if (descriptors)
        table_.update(std::move(*descriptors));
    else
        reload(askCount());
}

std::size_t DeviceOptions::askCount()
{
    encodeControlOptionRequest(link_.request(Command::control_option), link_.handle(),
                               {0, Action::get, ValueType::integer, {}});
    const auto reply = decodeControlOptionReply(link_.await(Command::control_option), true);
    if (reply.outcome.status != Status::good || !reply.value || reply.value->words.size() != 1 ||
        reply.value->words[0] == 0 || reply.value->words[0] > OptionTable::max_options)
        throw ProtocolError("no number of options");
    return reply.value->words[0];
}

void DeviceOptions::reload(std::size_t count)
{
    std::vector<OptionDescriptor> descriptors;
    while (descriptors.size() < count) {
        const auto flight = std::min(count - descriptors.size(), max_flight);
        for (std::size_t i = 0; i < flight; ++i)
            encodeGetOptionRequest(link_.request(Command::get_option), link_.handle(),
                                   {static_cast<std::int32_t>(descriptors.size() + i)});
        for (std::size_t i = 0; i < flight; ++i) {
            auto descriptor = decodeGetOptionReply(link_.await(Command::get_option));
            if (!descriptor)
                throw ProtocolError("option " + std::to_string(descriptors.size()) + " of " + std::to_string(count) +
                                    " doesn't exist");
            descriptors.push_back(std::move(*descriptor));
        }
    }
    table_.update(std::move(descriptors));
}

// Whether the value needs more room now than the frontend has for it.
bool DeviceOptions::hasGrown(SANE_Int option) const noexcept
{
    return table_.descriptor(option)->size > table_.knownSize(option);
}

// The server's value into the caller's buffer. A value that comes with new descriptors is of the old size or the new.
SANE_Status DeviceOptions::giveValue(const ControlOptionReply &reply, SANE_Int option,
                                     const SANE_Option_Descriptor &asked, void *value) const
{
    if (!reply.value || !value)
        return SANE_STATUS_GOOD;
    if (static_cast<SANE_Value_Type>(reply.type) != asked.type)
        throw ProtocolError("value of another type than the option's");
    const bool string = asked.type == SANE_TYPE_STRING;
    const auto old_size = static_cast<std::size_t>(asked.size);
    const auto new_size = static_cast<std::size_t>(table_.descriptor(option)->size);
    const auto &words = reply.value->words;
    const auto size = string ? reply.value->text.size() + 1 : words.size() * sizeof(SANE_Word);
    if (string ? size > std::max(old_size, new_size) : size != old_size && size != new_size)
        throw ProtocolError("value of another size than its option");
    if (hasGrown(option) || size > static_cast<std::size_t>(table_.knownSize(option)))
        return SANE_STATUS_INVAL;
    const void *const from = string ? static_cast<const void *>(reply.value->text.c_str()) : words.data();
    if (size != 0)
        std::memcpy(value, from, size);
    return SANE_STATUS_GOOD;
}

SANE_Status DeviceOptions::exchange(const ControlOptionRequest &request, const SANE_Option_Descriptor &descriptor,
                                    void *value, SANE_Int *info)
{
    encodeControlOptionRequest(link_.request(Command::control_option), link_.handle(), request);
    auto reply =
        decodeControlOptionReply(link_.await(Command::control_option), expectsValue(descriptor, request.action));
    if (reply.outcome.status != Status::good) {
        if (debug_ && !reply.outcome.reason.empty())
            debug_(1, std::string("sane_control_option: ") + printableText(reply.outcome.reason));
        return static_cast<SANE_Status>(reply.outcome.status);
    }
    const bool get = request.action == Action::get;
    if (!get && (reply.info & info_reload_options) != 0) {
        if (reply.descriptors)
            table_.update(std::move(*reply.descriptors));
        else
            reload(table_.count());
    }
    if (info && !get)
        *info = static_cast<SANE_Int>(reply.info & (info_inexact | info_reload_options | info_reload_parameters));
    // A frontend's buffer may be shorter than the option when it sets a string; a corrected one is what it waits for.
    if (get || (reply.info & info_inexact) != 0)
        return giveValue(reply, request.option, descriptor, value);
    return SANE_STATUS_GOOD;
}

SANE_Status DeviceOptions::control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info)
{
    if (info)
        *info = 0;
    const auto *const descriptor = table_.descriptor(option);
    if (!descriptor)
        return SANE_STATUS_INVAL;
    // Frontends ask for each option up to this number, so it has to be that of the table.
    if (option == 0 && action == SANE_ACTION_GET_VALUE) {
        if (!value)
            return SANE_STATUS_INVAL;
        const auto count = static_cast<SANE_Word>(table_.count());
        std::memcpy(value, &count, sizeof count);
        return SANE_STATUS_GOOD;
    }
    if (!isAllowed(*descriptor, action, value) || (action != SANE_ACTION_SET_AUTO && hasGrown(option)))
        return SANE_STATUS_INVAL;
    ControlOptionRequest request{option, static_cast<Action>(action), static_cast<ValueType>(descriptor->type), {}};
    if (action == SANE_ACTION_SET_VALUE) {
        auto taken = takeValue(*descriptor, value);
        if (!taken)
            return SANE_STATUS_INVAL;
        request.value = std::move(*taken);
    }
    return exchange(request, *descriptor, value, info);
}

} // namespace netsane
