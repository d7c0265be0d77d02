#include "wire/MessageReader.hxx"

#include "util/ByteOrder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr std::size_t length_bytes = 4;

std::vector<std::uint32_t> toList(std::span<const std::byte> bytes)
{
    std::vector<std::uint32_t> list(bytes.size() / 4);
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = loadBigEndian32(bytes.data() + i * 4);
    return list;
}

} // namespace

MessageReader::MessageReader(MessageView message) noexcept : message_(message), offset_(2 * length_bytes) {}

bool MessageReader::atEnd() const noexcept
{
    return offset_ + length_bytes >= message_.bytes.size();
}

void MessageReader::fail(const std::string &what) const
{
    throw ProtocolError("command " + std::to_string(message_.command) + ", field " + std::to_string(field_) + ": " +
                        what);
}

std::optional<std::span<const std::byte>> MessageReader::readRaw() noexcept
{
    if (atEnd())
        return std::nullopt;
    const std::size_t length = loadBigEndian32(message_.bytes.data() + offset_);
    const auto value = message_.bytes.subspan(offset_ + length_bytes, length);
    offset_ += length_bytes + length;
    ++field_;
    return value;
}

std::span<const std::byte> MessageReader::require(const char *type)
{
    const auto value = readRaw();
    if (!value) {
        ++field_;
        fail(std::string("missing, expected ") + type);
    }
    return *value;
}

std::uint32_t MessageReader::readUnsigned()
{
    const auto value = require("INT");
    if (value.size() != 4)
        fail("INT of " + std::to_string(value.size()) + " bytes");
    return loadBigEndian32(value.data());
}

std::int32_t MessageReader::readInt()
{
    return static_cast<std::int32_t>(readUnsigned());
}

bool MessageReader::readBool()
{
    const auto value = readUnsigned();
    if (value > 1)
        fail("BOOL of value " + std::to_string(value));
    return value == 1;
}

std::string_view MessageReader::readString()
{
    const auto value = require("STRING");
    const auto nul = std::find(value.begin(), value.end(), std::byte{0});
    if (nul == value.end())
        fail("STRING without NUL");
    if (nul + 1 != value.end())
        fail("STRING with NUL inside");
    return {reinterpret_cast<const char *>(value.data()), value.size() - 1};
}

std::span<const std::byte> MessageReader::readOpaque()
{
    return require("OPAQUE");
}

std::vector<std::uint32_t> MessageReader::readList()
{
    const auto value = require("LIST");
    if (value.size() % 4 != 0)
        fail("LIST of " + std::to_string(value.size()) + " bytes, no multiple of 4");
    return toList(value);
}

std::optional<std::uint32_t> MessageReader::readOptionalUnsigned()
{
    if (atEnd())
        return std::nullopt;
    return readUnsigned();
}

std::optional<std::string_view> MessageReader::readOptionalString()
{
    if (atEnd())
        return std::nullopt;
    return readString();
}

std::optional<std::vector<std::uint32_t>> MessageReader::readOptionalList()
{
    if (atEnd())
        return std::nullopt;
    return readList();
}

} // namespace netsane
