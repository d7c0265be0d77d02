#include "protocol/DeviceMessages.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

namespace netsane {

namespace {

FrameEncoder begin(ByteBuffer &out, Command command)
{
    return FrameEncoder(out, static_cast<std::uint32_t>(command));
}

} // namespace

void encodeHandleRequest(ByteBuffer &out, Command command, std::span<const std::byte> handle)
{
    begin(out, command).opaque(handle).end();
}

HandleBytes decodeHandle(MessageView message)
{
    MessageReader reader(message);
    const auto handle = reader.readOpaque();
    if (handle.size() > max_handle_bytes)
        return {}; // nobody's
    return {handle.begin(), handle.end()};
}

void encodeWithHandle(ByteBuffer &out, MessageView request, std::span<const std::byte> handle)
{
    MessageReader reader(request);
    reader.readOpaque();
    FrameEncoder message(out, request.command);
    message.opaque(handle);
    while (const auto field = reader.readRaw())
        message.opaque(*field);
    message.end();
}

void encodeOpenRequest(ByteBuffer &out, const OpenRequest &request)
{
    begin(out, Command::open).string(request.device).end();
}

OpenRequest decodeOpenRequest(MessageView message)
{
    MessageReader reader(message);
    OpenRequest request{std::string(reader.readString())};
    if (request.device.size() > max_device_name_bytes)
        reader.fail("device name of " + std::to_string(request.device.size()) + " bytes");
    return request;
}

void encodeStatusTextRequest(ByteBuffer &out, std::uint32_t status)
{
    begin(out, Command::status_text).integer(status).end();
}

std::uint32_t decodeStatusTextRequest(MessageView message)
{
    return MessageReader(message).readUnsigned();
}

void encodeGetOptionRequest(ByteBuffer &out, std::span<const std::byte> handle, const GetOptionRequest &request)
{
    begin(out, Command::get_option).opaque(handle).integer(request.option).end();
}

GetOptionRequest decodeGetOptionRequest(MessageView message)
{
    MessageReader reader(message);
    reader.readOpaque();
    return {reader.readInt()};
}

void encodeControlOptionRequest(ByteBuffer &out, std::span<const std::byte> handle, const ControlOptionRequest &request)
{
    auto message = begin(out, Command::control_option);
    message.opaque(handle)
        .integer(request.option)
        .integer(static_cast<std::uint32_t>(request.action))
        .integer(static_cast<std::uint32_t>(request.type));
    if (request.action == Action::set)
        encodeValue(message, request.type, request.value);
    message.end();
}

ControlOptionRequest decodeControlOptionRequest(MessageView message)
{
    MessageReader reader(message);
    reader.readOpaque();
    ControlOptionRequest request{};
    request.option = reader.readInt();
    // An action or type that doesn't exist is an invalid argument, which the device answers, and no malformed message.
    request.action = static_cast<Action>(reader.readUnsigned());
    request.type = static_cast<ValueType>(reader.readUnsigned());
    if (request.action == Action::set && !reader.atEnd())
        request.value = decodeValue(reader, request.type);
    return request;
}

void encodeReadRequest(ByteBuffer &out, std::span<const std::byte> handle, const ReadRequest &request)
{
    begin(out, Command::read).opaque(handle).integer(request.max_bytes).end();
}

ReadRequest decodeReadRequest(MessageView message)
{
    MessageReader reader(message);
    reader.readOpaque();
    const auto max_bytes = reader.readInt();
    if (max_bytes < 1)
        reader.fail("READ of " + std::to_string(max_bytes) + " bytes");
    return {static_cast<std::uint32_t>(max_bytes)};
}

void encodeSetIoModeRequest(ByteBuffer &out, std::span<const std::byte> handle, bool non_blocking)
{
    begin(out, Command::set_io_mode).opaque(handle).boolean(non_blocking).end();
}

bool decodeSetIoModeRequest(MessageView message)
{
    MessageReader reader(message);
    reader.readOpaque();
    return reader.readUnsigned() != 0;
}

} // namespace netsane
