// One message, as it may come from a client, a server, a session process or a device process, to each of the decoders:
// what one takes is made into a message again that means the same, and takes memory in proportion to what has come.

#include "device/DeviceRequest.hxx"
#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/protocol/MessageTable.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstdint>
#include <span>

namespace {

using namespace netsane;

/// Bytes that a decoder may allocate for one that it reads; see doc/hostile-servers.md.
constexpr size_t memory_factor = 32;
constexpr size_t other_bytes = 8192;

/// True if the decoder takes it.
template<class Recode>
bool recode(Recode &&decode_and_encode, MessageView message, ByteBuffer &out)
{
    try {
        decode_and_encode(message, out);
        return true;
    } catch (const ProtocolError &) {
        return false;
    }
}

/// A handle that is too long is nobody's, and has no bytes that could be sent again.
bool isHandleTooLong(MessageView message)
{
    const auto handle = MessageReader(message).readRaw();
    return handle && handle->size() > max_handle_bytes;
}

void check(const MessageRow &row, MessageView message)
{
    ByteBuffer once;
    const MemoryMeter memory;
    const bool taken = recode(row.recode, message, once);
    require(memory.peakBytes() <= memory_factor * message.bytes.size() + other_bytes,
            "memory in proportion to the message");
    if (!taken)
        return;
    ByteBuffer twice;
    const auto view = viewMessage(once.data(), limits_after_login);
    if (recode(row.recode, view, twice))
        require(std::ranges::equal(once.data(), twice.data()), "what is encoded means the same again");
    else
        require(isHandleTooLong(message), "what is encoded is decoded again");
}

void checkHandle(MessageView message)
{
    ByteBuffer changed;
    const auto with_handle = [](MessageView in, ByteBuffer &out) { encodeWithHandle(out, in, channel_handle); };
    if (!recode(with_handle, message, changed))
        return;
    MessageReader before(message);
    MessageReader after(viewMessage(changed.data(), limits_after_login));
    require(after.command() == before.command(), "a request for a device is the same command");
    require(std::ranges::equal(after.readOpaque(), channel_handle), "with the channel's handle");
    before.readOpaque();
    for (;;) {
        const auto field = before.readRaw();
        const auto copy = after.readRaw();
        require(field.has_value() == copy.has_value() && (!field || std::ranges::equal(*field, *copy)),
                "and the same fields behind it");
        if (!field)
            return;
    }
}

void checkDeviceRequest(MessageView message)
{
    try {
        const auto request = decodeDeviceRequest(message);
        require(isRequest(request.command) && static_cast<std::uint32_t>(request.command) == message.command,
                "a device is asked for what a client can ask for");
        require(request.command != Command::read || request.max_bytes > 0, "a READ asks for something");
        require(request.command == Command::open || decodeHandle(message) == HandleBytes{channel_handle[0]},
                "with the one handle that there is");
    } catch (const ProtocolError &) { // refused
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const auto rows = messageTable();
    try {
        const auto message = viewMessage({reinterpret_cast<const std::byte *>(data), size}, limits_after_login);
        for (const auto &row : rows)
            check(row, message);
        checkHandle(message);
        checkDeviceRequest(message);
    } catch (const ProtocolError &) { // no message at all
    }
    return 0;
}
