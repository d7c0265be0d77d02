#include "device/OptionControl.hxx"

#include "device/OptionTable.hxx"
#include "device/SaneLibrary.hxx"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace netsane {

namespace {

// What is wrong with the request; empty when nothing is.
std::string findMismatch(const OptionDescriptor &descriptor, const ControlOptionRequest &request)
{
    if (request.type != descriptor.type)
        return "the option has another type";
    if (descriptor.type == ValueType::group)
        return "a group of options has no value";
    if (request.action > Action::set_auto)
        return "there is no such action";
    if (request.action != Action::set)
        return {};
    const auto size = static_cast<std::size_t>(descriptor.size_bytes);
    if (isWordType(descriptor.type) && request.value.words.size() != size / sizeof(SANE_Word))
        return "the option takes " + std::to_string(size / sizeof(SANE_Word)) + " words, not " +
               std::to_string(request.value.words.size());
    if (descriptor.type == ValueType::string && request.value.text.size() + 1 > size)
        return "the text is longer than the option's " + std::to_string(size) + " bytes";
    return {};
}

// A buffer of the option's size at the least, aligned for words, zero behind the value. One word more than needed, so
// that a string that a backend doesn't end still ends.
std::vector<SANE_Word> makeBuffer(const OptionDescriptor &descriptor, const OptionValue &value)
{
    std::vector<SANE_Word> buffer(static_cast<std::size_t>(descriptor.size_bytes) / sizeof(SANE_Word) + 2);
    if (!value.words.empty())
        std::memcpy(buffer.data(), value.words.data(), value.words.size() * sizeof(SANE_Word));
    else if (!value.text.empty())
        std::memcpy(buffer.data(), value.text.data(), value.text.size());
    return buffer;
}

OptionValue readBuffer(const OptionDescriptor &descriptor, const std::vector<SANE_Word> &buffer)
{
    OptionValue value;
    const auto size = static_cast<std::size_t>(descriptor.size_bytes);
    if (isWordType(descriptor.type)) {
        value.words.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size / sizeof(SANE_Word)));
    } else if (size != 0) {
        const auto text = reinterpret_cast<const char *>(buffer.data());
        value.text.assign(text, ::strnlen(text, size - 1));
    }
    return value;
}

} // namespace

ControlOptionReply controlOption(SANE_Handle handle, OptionTable &table, const ControlOptionRequest &request,
                                 bool with_descriptors)
{
    ControlOptionReply reply;
    const auto *const found = table.find(request.option);
    if (!found) {
        reply.outcome = {Status::invalid, "there is no option " + std::to_string(request.option)};
        return reply;
    }
    const OptionDescriptor descriptor = *found; // a reload changes the table's
    reply.type = descriptor.type;
    if (auto mismatch = findMismatch(descriptor, request); !mismatch.empty()) {
        reply.outcome = {Status::invalid, std::move(mismatch)};
        return reply;
    }

    static_assert(static_cast<int>(Action::get) == SANE_ACTION_GET_VALUE);
    static_assert(static_cast<int>(Action::set) == SANE_ACTION_SET_VALUE);
    static_assert(static_cast<int>(Action::set_auto) == SANE_ACTION_SET_AUTO);
    auto buffer = makeBuffer(descriptor, request.value);
    SANE_Int info = 0;
    void *const value = request.action == Action::set_auto ? nullptr : buffer.data();
    reply.outcome.status =
        fromSane(sane_control_option(handle, request.option, static_cast<SANE_Action>(request.action), value, &info));
    const bool good = reply.outcome.status == Status::good;
    reply.info = static_cast<std::uint32_t>(info) & (info_inexact | info_reload_options | info_reload_parameters);
    if (good && request.action != Action::set_auto && hasValue(descriptor.type))
        reply.value = readBuffer(descriptor, buffer);
    if ((reply.info & info_reload_options) != 0) {
        table.load(handle);
        if (with_descriptors && table.fitsMessage())
            reply.descriptors = table.all();
    }
    return reply;
}

std::optional<OptionValue> readOption(SANE_Handle handle, std::int32_t option, const OptionDescriptor &descriptor)
{
    auto buffer = makeBuffer(descriptor, {});
    SANE_Int info = 0;
    if (sane_control_option(handle, option, SANE_ACTION_GET_VALUE, buffer.data(), &info) != SANE_STATUS_GOOD)
        return std::nullopt;
    return readBuffer(descriptor, buffer);
}

} // namespace netsane
