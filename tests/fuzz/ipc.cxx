// One packet between the daemon's processes, to each of the decoders: what one takes is made into a packet again that
// means the same.

#include "daemon/IpcMessages.hxx"
#include "daemon/LoginExchange.hxx"
#include "tests/fuzz/Require.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace {

using namespace netsane;

/// `encode` gets the command and what was decoded.
template<class Decode, class Encode>
void check(MessageView message, Decode &&decode, Encode &&encode)
{
    const auto command = static_cast<IpcCommand>(message.command);
    ByteBuffer once;
    try {
        once = encode(command, decode(message));
    } catch (const ProtocolError &) { // refused
        return;
    }
    const ByteBuffer twice = encode(command, decode(viewMessage(once.data(), limits_after_login)));
    require(std::ranges::equal(once.data(), twice.data()), "what is decoded and encoded means the same again");
}

template<class Decode>
void checkPlain(MessageView message, Decode &&decode)
{
    check(message, decode, [](IpcCommand, const auto &value) { return encodeIpc(value); });
}

template<class Decode>
void checkWithCommand(MessageView message, Decode &&decode)
{
    check(message, decode, [](IpcCommand command, const auto &value) { return encodeIpc(command, value); });
}

void checkAll(MessageView message)
{
    checkPlain(message, decodeSessionSetup);
    checkPlain(message, decodeAuthSetup);
    checkPlain(message, decodeNewConnection);
    checkPlain(message, decodeOpenResult);
    checkPlain(message, decodeDeviceList);
    checkPlain(message, decodeAuthStart);
    checkPlain(message, decodeLoginRefusal);
    checkPlain(message, decodeLoginNote);
    checkPlain(message, decodeScanNote);
    checkPlain(message, decodeAuthMethods);
    checkWithCommand(message, decodeText);
    checkWithCommand(message, decodeIdentity);
    checkWithCommand(message, decodeConnectionNote);
    checkWithCommand(message, decodeDeviceNote);
    checkWithCommand(message, decodeExchangeNote);
    checkWithCommand(message, decodeAuthFields);
    check(message, decodeOutcome, [](IpcCommand, const ExchangeOutcome &outcome) { return encodeOutcome(outcome); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try {
        checkAll(viewMessage({reinterpret_cast<const std::byte *>(data), size}, limits_after_login));
    } catch (const ProtocolError &) { // no message at all
    }
    return 0;
}
