#include "protocol/DeviceMessages.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "util/ByteOrder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <utility>

namespace netsane {

namespace {

FrameEncoder begin(ByteBuffer &out, Command command)
{
    return FrameEncoder(out, static_cast<std::uint32_t>(command));
}

FrameEncoder beginWithStatus(ByteBuffer &out, Command command, const Outcome &outcome)
{
    FrameEncoder message(out, static_cast<std::uint32_t>(command));
    message.integer(static_cast<std::uint32_t>(outcome.status));
    return message;
}

void addReason(FrameEncoder &message, const Outcome &outcome)
{
    if (outcome.status != Status::good && !outcome.reason.empty())
        message.string(outcome.reason);
}

Outcome readStatus(MessageReader &reader)
{
    return {toStatus(reader.readUnsigned()), {}};
}

void readReason(MessageReader &reader, Outcome &outcome)
{
    if (outcome.status == Status::good)
        return;
    if (const auto reason = reader.readOptionalString())
        outcome.reason = *reason;
}

} // namespace

void encodeInitReply(ByteBuffer &out, const InitReply &reply)
{
    auto message = beginWithStatus(out, Command::init, reply.outcome);
    message.integer(reply.version_code);
    addReason(message, reply.outcome);
    message.end();
}

InitReply decodeInitReply(MessageView message)
{
    MessageReader reader(message);
    InitReply reply{readStatus(reader), 0};
    reply.version_code = reader.readUnsigned();
    readReason(reader, reply.outcome);
    return reply;
}

void encodeStatusTextReply(ByteBuffer &out, std::string_view text)
{
    begin(out, Command::status_text).string(text).end();
}

std::string decodeStatusTextReply(MessageView message)
{
    return std::string(MessageReader(message).readString());
}

void encodeGetDevicesReply(ByteBuffer &out, const GetDevicesReply &reply)
{
    auto message = beginWithStatus(out, Command::get_devices, reply.outcome);
    if (reply.outcome.status == Status::good)
        for (const auto &device : reply.devices)
            // A device without a name can't be opened, and its name would end the list.
            if (!device.name.empty() && device.name.front() != '\0')
                message.string(device.name).string(device.vendor).string(device.model).string(device.type);
    message.string("");
    addReason(message, reply.outcome);
    message.end();
}

GetDevicesReply decodeGetDevicesReply(MessageView message)
{
    MessageReader reader(message);
    GetDevicesReply reply{readStatus(reader), {}};
    for (;;) {
        // The end of the message ends the list too: a server may take the 1997 text's NULL as that.
        const auto name = reader.readOptionalString();
        if (!name || name->empty())
            break;
        DeviceEntry entry;
        entry.name = *name;
        entry.vendor = reader.readString();
        entry.model = reader.readString();
        entry.type = reader.readString();
        reply.devices.push_back(std::move(entry));
    }
    readReason(reader, reply.outcome);
    return reply;
}

void encodeOpenReply(ByteBuffer &out, const OpenReply &reply)
{
    auto message = beginWithStatus(out, Command::open, reply.outcome);
    if (reply.outcome.status == Status::good) {
        message.opaque(reply.handle);
        if (reply.descriptors)
            encodeDescriptors(message, *reply.descriptors);
        if (reply.descriptors && reply.told)
            encodeToldState(message, *reply.told);
    }
    addReason(message, reply.outcome);
    message.end();
}

OpenReply decodeOpenReply(MessageView message, bool with_values)
{
    MessageReader reader(message);
    OpenReply reply{readStatus(reader), {}, {}};
    if (reply.outcome.status != Status::good) {
        readReason(reader, reply.outcome);
        return reply;
    }
    const auto handle = reader.readOpaque();
    if (handle.size() > max_handle_bytes)
        reader.fail("handle of " + std::to_string(handle.size()) + " bytes");
    reply.handle.assign(handle.begin(), handle.end());
    if (!reader.atEnd())
        reply.descriptors = decodeDescriptors(reader);
    if (with_values && !reader.atEnd())
        reply.told = decodeToldState(reader);
    return reply;
}

void encodeGetOptionReply(ByteBuffer &out, const OptionDescriptor *descriptor)
{
    auto message = begin(out, Command::get_option);
    if (descriptor)
        encodeDescriptor(message, *descriptor);
    message.end();
}

std::optional<OptionDescriptor> decodeGetOptionReply(MessageView message)
{
    MessageReader reader(message);
    if (reader.atEnd())
        return std::nullopt;
    return decodeDescriptor(reader);
}

void encodeControlOptionReply(ByteBuffer &out, const ControlOptionReply &reply)
{
    auto message = beginWithStatus(out, Command::control_option, reply.outcome);
    const bool good = reply.outcome.status == Status::good;
    message.integer(good ? reply.info : 0).integer(static_cast<std::uint32_t>(reply.type));
    if (good && reply.value)
        encodeValue(message, reply.type, *reply.value);
    if (good && reply.descriptors)
        encodeDescriptors(message, *reply.descriptors);
    if (good && reply.news) {
        encodeToldDescriptors(message, reply.news->descriptors);
        encodeToldState(message, reply.news->told);
    }
    addReason(message, reply.outcome);
    message.end();
}

ControlOptionReply decodeControlOptionReply(MessageView message, bool expect_value, bool with_values)
{
    MessageReader reader(message);
    ControlOptionReply reply{readStatus(reader), 0, ValueType::boolean, {}, {}};
    if (reply.outcome.status != Status::good) {
        reader.readOptionalUnsigned();
        reader.readOptionalUnsigned();
        readReason(reader, reply.outcome);
        return reply;
    }
    reply.info = reader.readUnsigned();
    const auto type = reader.readUnsigned();
    if (type > static_cast<std::uint32_t>(ValueType::group))
        reader.fail("value type " + std::to_string(type));
    reply.type = static_cast<ValueType>(type);
    if (expect_value && hasValue(reply.type))
        reply.value = decodeValue(reader, reply.type);
    if (with_values && !reader.atEnd()) {
        auto descriptors = decodeToldDescriptors(reader);
        reply.news = {std::move(descriptors), decodeToldState(reader)};
    } else if (!with_values && (reply.info & info_reload_options) != 0 && !reader.atEnd()) {
        reply.descriptors = decodeDescriptors(reader);
    }
    return reply;
}

void encodeGetParametersReply(ByteBuffer &out, const GetParametersReply &reply)
{
    auto message = beginWithStatus(out, Command::get_parameters, reply.outcome);
    if (reply.outcome.status == Status::good)
        encodeParameters(message, reply.parameters);
    else
        for (int i = 0; i < 6; ++i)
            message.integer(std::uint32_t{0});
    addReason(message, reply.outcome);
    message.end();
}

GetParametersReply decodeGetParametersReply(MessageView message)
{
    MessageReader reader(message);
    GetParametersReply reply{readStatus(reader), {}};
    if (reply.outcome.status == Status::good || !reader.atEnd())
        reply.parameters = decodeParameters(reader);
    readReason(reader, reply.outcome);
    return reply;
}

void encodeStartReply(ByteBuffer &out, const StartReply &reply)
{
    auto message = beginWithStatus(out, Command::start, reply.outcome);
    if (reply.outcome.status == Status::good && reply.parameters) {
        encodeParameters(message, *reply.parameters);
        message.integer(reply.byte_order);
    }
    addReason(message, reply.outcome);
    message.end();
}

StartReply decodeStartReply(MessageView message)
{
    MessageReader reader(message);
    StartReply reply{readStatus(reader), {}, 0};
    if (reply.outcome.status == Status::good && !reader.atEnd()) {
        reply.parameters = decodeParameters(reader);
        reply.byte_order = reader.readOptionalUnsigned().value_or(0);
    }
    readReason(reader, reply.outcome);
    return reply;
}

std::array<std::byte, read_reply_header_bytes> readReplyHeader(std::uint32_t data_bytes) noexcept
{
    std::array<std::byte, read_reply_header_bytes> header;
    storeBigEndian32(header.data(), 4);
    storeBigEndian32(header.data() + 4, static_cast<std::uint32_t>(Command::read));
    storeBigEndian32(header.data() + 8, 4);
    storeBigEndian32(header.data() + 12, static_cast<std::uint32_t>(Status::good));
    storeBigEndian32(header.data() + 16, data_bytes);
    return header;
}

void encodeReadReply(ByteBuffer &out, const ReadReply &reply)
{
    auto message = beginWithStatus(out, Command::read, reply.outcome);
    if (reply.outcome.status == Status::good)
        message.opaque(reply.data);
    addReason(message, reply.outcome);
    message.end();
}

ReadReply decodeReadReply(MessageView message)
{
    MessageReader reader(message);
    ReadReply reply{readStatus(reader), {}};
    if (reply.outcome.status == Status::good)
        reply.data = reader.readOpaque();
    readReason(reader, reply.outcome);
    return reply;
}

void encodeOutcomeReply(ByteBuffer &out, Command command, const Outcome &outcome)
{
    auto message = beginWithStatus(out, command, outcome);
    addReason(message, outcome);
    message.end();
}

Outcome decodeOutcomeReply(MessageView message)
{
    MessageReader reader(message);
    auto outcome = readStatus(reader);
    readReason(reader, outcome);
    return outcome;
}

void encodeSelectFdReply(ByteBuffer &out, const Outcome &outcome)
{
    auto message = beginWithStatus(out, Command::get_select_fd, outcome);
    message.integer(std::uint32_t{0});
    addReason(message, outcome);
    message.end();
}

void encodeRefusal(ByteBuffer &out, Command command, const Outcome &outcome)
{
    switch (command) {
    case Command::close:
    case Command::get_option:
    case Command::abort:
    case Command::exit:
        return encodeBare(out, command);
    case Command::status_text:
        return encodeStatusTextReply(out, outcome.reason);
    case Command::init:
        return encodeInitReply(out, {outcome, 0});
    case Command::get_devices:
        return encodeGetDevicesReply(out, {outcome, {}});
    case Command::control_option:
        return encodeControlOptionReply(out, {outcome, 0, ValueType::boolean, {}, {}});
    case Command::get_parameters:
        return encodeGetParametersReply(out, {outcome, {}});
    case Command::get_select_fd:
        return encodeSelectFdReply(out, outcome);
    default:
        return encodeOutcomeReply(out, command, outcome);
    }
}

} // namespace netsane
