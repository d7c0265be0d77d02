// One field of a message with its name, and how its value is to be read: what protocol.md says of it.
//
// Plain values; views of a message, valid as long as that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace netsane {

// A field as it came: bytes, or only how many they were.
struct FieldBytes {
    std::span<const std::byte> bytes;
    std::size_t size = 0;   // of the value on the wire
    bool is_present = true; // false: a recording has left the value out
};

enum class FieldForm {
    number, // INT
    signed_number,
    boolean,
    status,
    command,
    value_type,
    unit,
    capabilities,
    constraint,
    action,
    info,
    frame_format,
    word, // of a word list or a range whose option has no type that is known
    fixed,
    words,       // LIST
    fixed_words, // LIST of FIXED
    text,
    token, // a handle
    bytes, // whatever it is
};

struct NamedField {
    std::string_view name;
    FieldForm form = FieldForm::bytes;
    FieldBytes value;
    bool is_public = false;      // may stand in a recording: it is as the protocol says, and no secret
    std::string_view group = {}; // "option" for a field of one of several descriptors
    std::uint32_t index = 0;     // which of the group
};

using NamedFields = std::vector<NamedField>;

} // namespace netsane
