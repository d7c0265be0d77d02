#include "protocol/ToldState.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <string>

namespace netsane {

namespace {

// The peer's claim: nothing is reserved for it, each entry must really be there.
std::uint32_t readCount(MessageReader &reader)
{
    const auto count = reader.readUnsigned();
    if (count > max_told_options)
        reader.fail(std::to_string(count) + " options");
    return count;
}

ToldValue decodeToldValue(MessageReader &reader)
{
    ToldValue told;
    told.option = reader.readInt();
    const auto type = reader.readUnsigned();
    if (type > static_cast<std::uint32_t>(ValueType::string) && type != static_cast<std::uint32_t>(ValueType::group))
        reader.fail("a value of type " + std::to_string(type));
    told.type = static_cast<ValueType>(type);
    if (hasValue(told.type))
        told.value = decodeValue(reader, told.type);
    return told;
}

} // namespace

void encodeToldState(FrameEncoder &message, const ToldState &state)
{
    message.integer(static_cast<std::uint32_t>(state.values.size()));
    for (const auto &told : state.values) {
        message.integer(told.option).integer(static_cast<std::uint32_t>(told.type));
        encodeValue(message, told.type, told.value);
    }
    message.integer(static_cast<std::uint32_t>(state.status));
    if (state.status == Status::good)
        encodeParameters(message, state.parameters);
}

ToldState decodeToldState(MessageReader &reader)
{
    ToldState state;
    const auto count = readCount(reader);
    for (std::uint32_t i = 0; i < count; ++i)
        state.values.push_back(decodeToldValue(reader));
    state.status = toStatus(reader.readUnsigned());
    if (state.status == Status::good)
        state.parameters = decodeParameters(reader);
    return state;
}

void encodeToldDescriptors(FrameEncoder &message, const std::vector<ToldDescriptor> &descriptors)
{
    message.integer(static_cast<std::uint32_t>(descriptors.size()));
    for (const auto &told : descriptors) {
        message.integer(told.option);
        encodeDescriptor(message, told.descriptor);
    }
}

std::vector<ToldDescriptor> decodeToldDescriptors(MessageReader &reader)
{
    std::vector<ToldDescriptor> descriptors;
    const auto count = readCount(reader);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto option = reader.readInt();
        descriptors.push_back({option, decodeDescriptor(reader)});
    }
    return descriptors;
}

} // namespace netsane
