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

std::size_t valueBytes(ValueType type, const OptionValue &value) noexcept
{
    return type == ValueType::string ? value.text.size() + 1 : value.words.size() * sizeof(SANE_Word);
}

bool fits(ValueType type, const OptionValue &value, const SANE_Option_Descriptor &descriptor) noexcept
{
    const auto size = static_cast<std::size_t>(descriptor.size);
    const auto bytes = valueBytes(type, value);
    return static_cast<SANE_Value_Type>(type) == descriptor.type &&
           (type == ValueType::string ? bytes <= size : bytes == size);
}

} // namespace

void DeviceOptions::load(OpenReply reply)
{
    if (reply.descriptors)
        table_.update(std::move(*reply.descriptors));
    else
        reload(askCount());
    if (reply.told)
        learnState(std::move(*reply.told), link_.era());
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
    std::size_t bytes = 0;
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
            bytes += OptionTable::bytesOf(*descriptor);
            if (bytes > OptionTable::max_bytes)
                throw ProtocolError("option descriptors of more than 32 MiB");
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
SANE_Status DeviceOptions::giveValue(ValueType type, const OptionValue &given, SANE_Int option,
                                     const SANE_Option_Descriptor &asked, void *value) const
{
    if (static_cast<SANE_Value_Type>(type) != asked.type)
        throw ProtocolError("value of another type than the option's");
    const bool string = asked.type == SANE_TYPE_STRING;
    const auto old_size = static_cast<std::size_t>(asked.size);
    const auto new_size = static_cast<std::size_t>(table_.descriptor(option)->size);
    const auto size = valueBytes(type, given);
    if (string ? size > std::max(old_size, new_size) : size != old_size && size != new_size)
        throw ProtocolError("value of another size than its option");
    if (!value)
        return SANE_STATUS_GOOD;
    if (hasGrown(option) || size > static_cast<std::size_t>(table_.knownSize(option)))
        return SANE_STATUS_INVAL;
    const void *const from = string ? static_cast<const void *>(given.text.c_str()) : given.words.data();
    if (size != 0)
        std::memcpy(value, from, size);
    return SANE_STATUS_GOOD;
}

// ---- asking for values

// Whether the server tells when the option's value changes.
bool DeviceOptions::isKept(SANE_Int option) const noexcept
{
    return table_.isTold(option) && SANE_OPTION_IS_ACTIVE(table_.descriptor(option)->cap);
}

SANE_Status DeviceOptions::get(SANE_Int option, void *value)
{
    if (!link_.tellsValues() || !isKept(option))
        return askOne(option, value);
    const auto &descriptor = *table_.descriptor(option);
    if (const auto *const known = known_.value(option))
        return giveValue(static_cast<ValueType>(descriptor.type), *known, option, descriptor, value);
    return askUnknown(option, value);
}

SANE_Status DeviceOptions::report(const Outcome &outcome) const
{
    if (outcome.status != Status::good && !outcome.reason.empty() && debug_)
        debug_(1, std::string("sane_control_option: ") + printableText(outcome.reason));
    return static_cast<SANE_Status>(outcome.status);
}

ControlOptionReply DeviceOptions::receive(const SANE_Option_Descriptor &descriptor, Action action)
{
    return decodeControlOptionReply(link_.await(Command::control_option), expectsValue(descriptor, action),
                                    action != Action::get && link_.tellsValues());
}

SANE_Status DeviceOptions::askOne(SANE_Int option, void *value)
{
    const auto &descriptor = *table_.descriptor(option);
    encodeControlOptionRequest(link_.request(Command::control_option), link_.handle(),
                               {option, Action::get, static_cast<ValueType>(descriptor.type), {}});
    const auto reply = receive(descriptor, Action::get);
    if (reply.outcome.status != Status::good || !reply.value)
        return report(reply.outcome);
    return giveValue(reply.type, *reply.value, option, descriptor, value);
}

// The option that is asked for, and what else a frontend that reads all options would ask for next.
std::vector<SANE_Int> DeviceOptions::unknownOptions(SANE_Int asked)
{
    std::vector<SANE_Int> options{asked};
    const auto count = static_cast<SANE_Int>(table_.count());
    for (SANE_Int option = 0; option < count && options.size() < max_flight; ++option)
        if (option != asked && isKept(option) && !known_.value(option))
            options.push_back(option);
    return options;
}

SANE_Status DeviceOptions::askUnknown(SANE_Int asked, void *value)
{
    const auto options = unknownOptions(asked);
    const auto era = link_.era();
    for (const auto option : options)
        encodeControlOptionRequest(link_.request(Command::control_option), link_.handle(),
                                   {option, Action::get, static_cast<ValueType>(table_.descriptor(option)->type), {}});
    auto status = SANE_STATUS_INVAL;
    for (const auto option : options) {
        const auto &descriptor = *table_.descriptor(option);
        auto reply = receive(descriptor, Action::get);
        const bool has_value = reply.outcome.status == Status::good && reply.value;
        if (has_value && !fits(reply.type, *reply.value, descriptor))
            throw ProtocolError("value of another type or size than its option");
        if (option == asked)
            status = has_value ? giveValue(reply.type, *reply.value, option, descriptor, value) : report(reply.outcome);
        if (has_value)
            known_.keepValue(option, std::move(*reply.value), era);
    }
    return status;
}

// ---- setting

SANE_Status DeviceOptions::set(const ControlOptionRequest &request, void *value, SANE_Int *info)
{
    const auto &descriptor = *table_.descriptor(request.option);
    const auto era = link_.era();
    encodeControlOptionRequest(link_.request(Command::control_option), link_.handle(), request);
    auto reply = receive(descriptor, request.action);
    if (reply.outcome.status != Status::good) {
        known_.clear();
        return report(reply.outcome);
    }
    const auto own_value = reply.value;
    if (reply.news) {
        learn(request.option, reply, era);
    } else {
        known_.clear();
        if ((reply.info & info_reload_options) != 0) {
            if (reply.descriptors)
                table_.update(std::move(*reply.descriptors));
            else
                reload(table_.count());
        }
    }
    if (info)
        *info = static_cast<SANE_Int>(reply.info & (info_inexact | info_reload_options | info_reload_parameters));
    // A frontend's buffer may be shorter than the option when it sets a string; a corrected one is what it waits for.
    if ((reply.info & info_inexact) != 0 && own_value && value)
        return giveValue(reply.type, *own_value, request.option, descriptor, value);
    return SANE_STATUS_GOOD;
}

// What the reply to a set brings along: the option's own value first, then what it did to others and to itself.
void DeviceOptions::learn(SANE_Int option, ControlOptionReply &reply, DeviceLink::Era era)
{
    if (reply.value) {
        known_.forgetValue(option);
        if (isKept(option) && fits(reply.type, *reply.value, *table_.descriptor(option)))
            known_.keepValue(option, std::move(*reply.value), era);
    }
    for (const auto &changed : reply.news->descriptors)
        known_.forgetValue(changed.option);
    table_.change(std::move(reply.news->descriptors));
    learnState(std::move(reply.news->told), era);
}

void DeviceOptions::learnState(ToldState state, DeviceLink::Era era)
{
    for (auto &told : state.values) {
        const auto *const descriptor = table_.descriptor(told.option);
        if (!descriptor)
            throw ProtocolError("value of option " + std::to_string(told.option) + ", which doesn't exist");
        known_.forgetValue(told.option);
        if (told.type == ValueType::group || !isKept(told.option))
            continue;
        if (!fits(told.type, told.value, *descriptor))
            throw ProtocolError("value of another type or size than its option");
        known_.keepValue(told.option, std::move(told.value), era);
    }
    known_.forgetOthers([this](SANE_Int option) { return isKept(option); });
    if (state.status == Status::good)
        known_.keepParameters(state.parameters, era);
    else
        known_.forgetParameters();
}

SANE_Status DeviceOptions::control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info, Source source)
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
    if (action == SANE_ACTION_GET_VALUE)
        return source == Source::known ? get(option, value) : askOne(option, value);
    ControlOptionRequest request{option, static_cast<Action>(action), static_cast<ValueType>(descriptor->type), {}};
    if (action == SANE_ACTION_SET_VALUE) {
        auto taken = takeValue(*descriptor, value);
        if (!taken)
            return SANE_STATUS_INVAL;
        request.value = std::move(*taken);
    }
    return set(request, value, info);
}

} // namespace netsane
