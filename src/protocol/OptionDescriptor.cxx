#include "protocol/OptionDescriptor.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

namespace netsane {

namespace {

void encodeConstraint(FrameEncoder &message, const OptionDescriptor &descriptor)
{
    switch (descriptor.constraint_type) {
    case ConstraintType::none:
        break;
    case ConstraintType::range:
        message.integer(descriptor.range_min).integer(descriptor.range_max).integer(descriptor.range_quant);
        break;
    case ConstraintType::word_list:
        message.integer(static_cast<std::uint32_t>(descriptor.words.size()));
        for (const auto word : descriptor.words)
            message.integer(word);
        break;
    case ConstraintType::string_list:
        for (const auto &string : descriptor.strings)
            if (!string.empty() && string.front() != '\0') // what is empty on the wire would end the list
                message.string(string);
        message.string("");
        break;
    }
}

void decodeConstraint(MessageReader &reader, OptionDescriptor &descriptor)
{
    switch (descriptor.constraint_type) {
    case ConstraintType::none:
        break;
    case ConstraintType::range:
        descriptor.range_min = reader.readInt();
        descriptor.range_max = reader.readInt();
        descriptor.range_quant = reader.readInt();
        break;
    case ConstraintType::word_list: {
        // No reserve(count): the count is the peer's claim, each word must really be there.
        const auto count = reader.readUnsigned();
        for (std::uint32_t i = 0; i < count; ++i)
            descriptor.words.push_back(reader.readUnsigned());
        break;
    }
    case ConstraintType::string_list:
        for (;;) {
            const auto string = reader.readString();
            if (string.empty())
                break;
            descriptor.strings.emplace_back(string);
        }
        break;
    }
}

} // namespace

void encodeDescriptor(FrameEncoder &message, const OptionDescriptor &descriptor)
{
    message.string(descriptor.name)
        .string(descriptor.title)
        .string(descriptor.description)
        .integer(static_cast<std::uint32_t>(descriptor.type))
        .integer(descriptor.unit)
        .integer(descriptor.size_bytes)
        .integer(descriptor.capabilities)
        .integer(static_cast<std::uint32_t>(descriptor.constraint_type));
    encodeConstraint(message, descriptor);
}

OptionDescriptor decodeDescriptor(MessageReader &reader)
{
    OptionDescriptor descriptor;
    descriptor.name = reader.readString();
    descriptor.title = reader.readString();
    descriptor.description = reader.readString();
    const auto type = reader.readUnsigned();
    if (type > static_cast<std::uint32_t>(ValueType::group))
        reader.fail("option type " + std::to_string(type));
    descriptor.type = static_cast<ValueType>(type);
    descriptor.unit = reader.readUnsigned();
    descriptor.size_bytes = reader.readInt();
    if (descriptor.size_bytes < 0 || descriptor.size_bytes > (1 << 20))
        reader.fail("option size " + std::to_string(descriptor.size_bytes));
    descriptor.capabilities = reader.readUnsigned();
    const auto constraint = reader.readUnsigned();
    if (constraint > static_cast<std::uint32_t>(ConstraintType::string_list))
        reader.fail("constraint type " + std::to_string(constraint));
    descriptor.constraint_type = static_cast<ConstraintType>(constraint);
    decodeConstraint(reader, descriptor);
    return descriptor;
}

void encodeDescriptors(FrameEncoder &message, const std::vector<OptionDescriptor> &descriptors)
{
    message.integer(static_cast<std::uint32_t>(descriptors.size()));
    for (const auto &descriptor : descriptors)
        encodeDescriptor(message, descriptor);
}

std::vector<OptionDescriptor> decodeDescriptors(MessageReader &reader)
{
    const auto count = reader.readUnsigned();
    std::vector<OptionDescriptor> descriptors;
    for (std::uint32_t i = 0; i < count; ++i)
        descriptors.push_back(decodeDescriptor(reader));
    return descriptors;
}

void encodeValue(FrameEncoder &message, ValueType type, const OptionValue &value)
{
    if (isWordType(type))
        message.list(value.words);
    else if (type == ValueType::string)
        message.string(value.text);
}

OptionValue decodeValue(MessageReader &reader, ValueType type)
{
    OptionValue value;
    if (isWordType(type))
        value.words = reader.readList();
    else if (type == ValueType::string)
        value.text = reader.readString();
    return value;
}

} // namespace netsane
