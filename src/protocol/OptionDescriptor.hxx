// A SANE option descriptor and an option's value as values, independent of libsane (protocol.md §7.7, §7.8).
#pragma once

#include "protocol/Numbers.hxx"

#include <cstdint>
#include <string>
#include <vector>

namespace netsane {

class FrameEncoder;
class MessageReader;

struct OptionDescriptor {
    std::string name; // empty for option 0 and for groups without a name
    std::string title;
    std::string description;
    ValueType type = ValueType::integer;
    std::uint32_t unit = 0;
    std::int32_t size_bytes = 0; // SANE's size: strings with NUL
    std::uint32_t capabilities = 0;
    ConstraintType constraint_type = ConstraintType::none;
    std::int32_t range_min = 0;
    std::int32_t range_max = 0;
    std::int32_t range_quant = 0;
    std::vector<std::uint32_t> words; // without SANE's leading count
    std::vector<std::string> strings; // without SANE's trailing NULL; no empty ones

    bool operator==(const OptionDescriptor &) const = default;
};

// True for the types that have a value on the wire.
constexpr bool hasValue(ValueType type) noexcept
{
    return type <= ValueType::string;
}

constexpr bool isWordType(ValueType type) noexcept
{
    return type <= ValueType::fixed;
}

// An option's value: words for BOOL, INT and FIXED (raw 32-bit), text for STRING, neither for the others.
struct OptionValue {
    std::vector<std::uint32_t> words;
    std::string text;

    bool operator==(const OptionValue &) const = default;
};

// Appends the descriptor's fields to a message in the making.
void encodeDescriptor(FrameEncoder &message, const OptionDescriptor &descriptor);

// Reads them. Throws ProtocolError; type, constraint type and size are checked, a string list's size too.
OptionDescriptor decodeDescriptor(MessageReader &reader);

// `%d` count and the descriptors (extension 2).
void encodeDescriptors(FrameEncoder &message, const std::vector<OptionDescriptor> &descriptors);
std::vector<OptionDescriptor> decodeDescriptors(MessageReader &reader);

// The value as one field, or nothing where the type has none or it is empty.
void encodeValue(FrameEncoder &message, ValueType type, const OptionValue &value);
OptionValue decodeValue(MessageReader &reader, ValueType type);

} // namespace netsane
