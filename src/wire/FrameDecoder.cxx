#include "wire/FrameDecoder.hxx"

#include "util/ByteOrder.hxx"
#include "wire/ProtocolError.hxx"

#include <cstring>
#include <string>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t length_bytes = 4;

struct ScanResult {
    std::size_t scanned; // complete fields so far
    std::size_t missing; // bytes that the next step needs; 0 when the message is complete
};

[[noreturn]] void throwLimit(const char *what, std::size_t length, std::size_t limit)
{
    throw ProtocolError(std::string(what) + " of " + std::to_string(length) + " bytes, the limit is " +
                        std::to_string(limit));
}

void checkField(std::size_t offset, std::size_t length, const WireLimits &limits)
{
    if (offset == 0 && length != 4)
        throw ProtocolError("command field of " + std::to_string(length) + " bytes instead of 4");
    if (length > limits.max_field_bytes)
        throwLimit("field", length, limits.max_field_bytes);
    // length <= max_field_bytes and offset <= max_message_bytes, so this can't overflow; the end mark counts too
    const std::size_t total = offset + length_bytes + length + (length != 0 ? length_bytes : 0);
    if (total > limits.max_message_bytes)
        throwLimit("message", total, limits.max_message_bytes);
}

ScanResult scan(std::span<const std::byte> bytes, std::size_t offset, const WireLimits &limits)
{
    for (;;) {
        if (bytes.size() - offset < length_bytes)
            return {offset, length_bytes - (bytes.size() - offset)};
        const std::size_t length = loadBigEndian32(bytes.data() + offset);
        checkField(offset, length, limits);
        if (length == 0)
            return {offset + length_bytes, 0};
        const std::size_t have = bytes.size() - offset - length_bytes;
        if (have < length)
            return {offset, length - have + length_bytes};
        offset += length_bytes + length;
    }
}

} // namespace

void FrameDecoder::dropReturned() noexcept
{
    buffer_.consume(std::exchange(returned_, 0));
}

void FrameDecoder::push(std::span<const std::byte> bytes)
{
    dropReturned();
    buffer_.append(bytes);
}

std::span<std::byte> FrameDecoder::prepare(std::size_t min_bytes)
{
    dropReturned();
    return buffer_.prepare(min_bytes);
}

void FrameDecoder::commit(std::size_t received_bytes) noexcept
{
    buffer_.commit(received_bytes);
}

std::optional<MessageView> FrameDecoder::next()
{
    dropReturned();
    const auto bytes = buffer_.data();
    const ScanResult result = scan(bytes, scanned_, limits_);
    missing_ = result.missing;
    if (result.missing != 0) {
        scanned_ = result.scanned;
        return std::nullopt;
    }
    scanned_ = 0;
    returned_ = result.scanned;
    return MessageView{bytes.first(result.scanned), loadBigEndian32(bytes.data() + length_bytes)};
}

std::span<const std::byte> FrameDecoder::pending() const noexcept
{
    return buffer_.data().subspan(returned_);
}

ByteBuffer FrameDecoder::takePending()
{
    dropReturned();
    scanned_ = missing_ = 0;
    return std::exchange(buffer_, ByteBuffer());
}

void FrameDecoder::wipeReturned() noexcept
{
    ::explicit_bzero(buffer_.mutableData().data(), returned_);
}

void FrameDecoder::shrinkIfEmpty(std::size_t keep_bytes) noexcept
{
    dropReturned();
    buffer_.shrinkIfEmpty(keep_bytes);
}

MessageView viewMessage(std::span<const std::byte> bytes, WireLimits limits)
{
    const ScanResult result = scan(bytes, 0, limits);
    if (result.missing != 0)
        throw ProtocolError("message cut short by " + std::to_string(result.missing) + " bytes or more");
    if (result.scanned != bytes.size())
        throw ProtocolError(std::to_string(bytes.size() - result.scanned) + " bytes behind the end of a message");
    return MessageView{bytes, loadBigEndian32(bytes.data() + length_bytes)};
}

} // namespace netsane
