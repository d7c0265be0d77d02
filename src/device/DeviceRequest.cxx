#include "device/DeviceRequest.hxx"

#include "wire/ProtocolError.hxx"

#include <algorithm>

namespace netsane {

namespace {

void checkHandle(MessageView message)
{
    const auto handle = decodeHandle(message);
    if (!std::equal(handle.begin(), handle.end(), channel_handle.begin(), channel_handle.end()))
        throw ProtocolError("command " + std::to_string(message.command) + " with a handle that isn't the channel's");
}

} // namespace

DeviceRequest decodeDeviceRequest(MessageView message)
{
    DeviceRequest request;
    request.command = static_cast<Command>(message.command);
    if (request.command == Command::open) {
        decodeOpenRequest(message); // the name is of no interest: the command line says which device
        return request;
    }
    switch (request.command) {
    case Command::close:
    case Command::get_parameters:
    case Command::start:
    case Command::abort:
    case Command::get_select_fd:
        break;
    case Command::get_option:
        request.control.option = decodeGetOptionRequest(message).option;
        break;
    case Command::control_option:
        request.control = decodeControlOptionRequest(message);
        break;
    case Command::read:
        request.max_bytes = decodeReadRequest(message).max_bytes;
        break;
    case Command::set_io_mode:
        request.non_blocking = decodeSetIoModeRequest(message);
        break;
    default:
        throw ProtocolError("command " + std::to_string(message.command) + " is no request of a device");
    }
    checkHandle(message);
    return request;
}

} // namespace netsane
