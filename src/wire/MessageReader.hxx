// Reads the fields of one message in order. Starts behind the command field.
//
// A local object on the stack of a decoder; holds a view of the message, so it must not outlive it. Every function
// throws ProtocolError naming command and field for a field of the wrong shape. Source: protocol.md §1.2, §1.3.
#pragma once

#include "wire/Message.hxx"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class MessageReader {
public:
    explicit MessageReader(MessageView message) noexcept;

    std::uint32_t command() const noexcept { return message_.command; }

    // True when no field is left.
    bool atEnd() const noexcept;

    // Required fields: absence is a ProtocolError.
    std::int32_t readInt();
    std::uint32_t readUnsigned();
    bool readBool(); // 0 or 1, anything else is an error
    std::string_view readString();
    std::span<const std::byte> readOpaque();
    std::vector<std::uint32_t> readList();

    // Optional fields at the end: nothing when the message has ended.
    std::optional<std::uint32_t> readOptionalUnsigned();
    std::optional<std::string_view> readOptionalString();
    std::optional<std::vector<std::uint32_t>> readOptionalList();

    // The next field as raw bytes, whatever its type; nothing at the end.
    std::optional<std::span<const std::byte>> readRaw() noexcept;

    // Throws a ProtocolError about this message.
    [[noreturn]] void fail(const std::string &what) const;

private:
    std::span<const std::byte> require(const char *type);

    MessageView message_;
    std::size_t offset_;
    unsigned field_ = 0; // number of the field read last, the command being 0
};

} // namespace netsane
