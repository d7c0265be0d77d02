// One packet between the daemon's processes, to each of the decoders: what one takes is made into a packet again that
// means the same.

#include "daemon/IpcMessages.hxx"
#include "daemon/LoginExchange.hxx"
#include "tests/fuzz/Require.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstdint>
#include <span>

namespace {

using namespace netsane;

/// How a packet may differ from what its decoder took, other than by its command and by more fields at its end.
enum class Copy {
    Exact,
    OtherNumber, ///< a SANE_Status that nobody knows becomes another one
    Any          ///< settings are sorted, each key is there once
};

size_t differentBytes(std::span<const std::byte> packet, std::span<const std::byte> original)
{
    constexpr size_t command_bytes = 8;
    constexpr size_t end_bytes = 4;
    size_t count = 0;
    for (size_t i = command_bytes; i + end_bytes < packet.size(); ++i)
        count += i >= original.size() || packet[i] != original[i] ? 1U : 0U;
    return count;
}

/// `encode` gets the command and what was decoded; `copy` is asked about what was decoded.
template<class Decode, class Encode, class HowCopied>
void check(MessageView message, Decode &&decode, Encode &&encode, HowCopied &&copy)
{
    const auto command = static_cast<IpcCommand>(message.command);
    ByteBuffer once;
    Copy allowed = Copy::Exact;
    try {
        const auto value = decode(message);
        allowed = copy(value);
        once = encode(command, value);
    } catch (const ProtocolError &) { // refused
        return;
    }
    const ByteBuffer twice = encode(command, decode(viewMessage(once.data(), limits_after_login)));
    require(std::ranges::equal(once.data(), twice.data()), "what is decoded and encoded means the same again");
    const size_t different = differentBytes(once.data(), message.bytes);
    require(allowed == Copy::Any || different <= (allowed == Copy::Exact ? 0 : 4), "all fields are taken as they are");
}

template<class Decode>
void checkPlain(MessageView message, Decode &&decode, Copy copy = Copy::Exact)
{
    check(
        message, decode, [](IpcCommand, const auto &value) { return encodeIpc(value); },
        [copy](const auto &) { return copy; });
}

template<class Decode>
void checkSetup(MessageView message, Decode &&decode)
{
    check(
        message, decode, [](IpcCommand, const auto &setup) { return encodeIpc(setup); },
        [](const auto &setup) { return setup.settings.empty() ? Copy::Exact : Copy::Any; });
}

template<class Decode>
void checkWithCommand(MessageView message, Decode &&decode)
{
    check(
        message, decode, [](IpcCommand command, const auto &value) { return encodeIpc(command, value); },
        [](const auto &) { return Copy::Exact; });
}

void checkOutcome(MessageView message)
{
    check(
        message, decodeOutcome, [](IpcCommand, const ExchangeOutcome &outcome) { return encodeOutcome(outcome); },
        [](const ExchangeOutcome &) { return Copy::Exact; });
}

void checkAll(MessageView message)
{
    checkSetup(message, decodeSessionSetup);
    checkSetup(message, decodeAuthSetup);
    checkPlain(message, decodeDiscoverySetup);
    checkPlain(message, decodeNewConnection);
    checkPlain(message, decodeOpenResult, Copy::OtherNumber);
    checkPlain(message, decodeDeviceList, Copy::OtherNumber);
    checkPlain(message, decodeAuthStart);
    checkPlain(message, decodeLoginRefusal);
    checkPlain(message, decodeLoginNote);
    checkPlain(message, decodeScanNote, Copy::OtherNumber);
    checkPlain(message, decodeAuthMethods);
    checkPlain(message, decodeCryptNote);
    checkPlain(message, decodeCertificateWish);
    checkPlain(message, decodeTrafficQuestion);
    checkPlain(message, decodeTrafficReport);
    checkPlain(message, decodeEndNote);
    checkWithCommand(message, decodeText);
    checkWithCommand(message, decodeIdentity);
    checkWithCommand(message, decodeConnectionNote);
    checkWithCommand(message, decodeDeviceNote);
    checkWithCommand(message, decodeExchangeNote);
    checkWithCommand(message, decodeAuthFields);
    checkOutcome(message);
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
