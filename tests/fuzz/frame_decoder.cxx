// The frame decoder against a second reading of protocol.md §1.1, written down here as plainly as can be: a stream in
// pieces is the messages that it is at once, refused at the same byte. An input is a byte that says how large the
// pieces are and which limits hold, then the stream.

#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using namespace netsane;
using Bytes = std::span<const std::byte>;

constexpr WireLimits small_limits{40, 90};
constexpr size_t buffer_factor = 8;
constexpr size_t other_bytes = 1024;

/// What a stream is: where its messages end, and whether what follows them can't be one.
struct Reading {
    std::vector<size_t> ends;
    bool refused = false;
};

size_t lengthAt(Bytes stream, size_t offset)
{
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i)
        length = length << 8U | std::to_integer<size_t>(stream[offset + i]);
    return length;
}

Reading read(Bytes stream, WireLimits limits)
{
    Reading reading;
    for (size_t begin = 0, offset = 0; stream.size() - offset >= 4;) {
        const size_t length = lengthAt(stream, offset);
        const bool is_command = offset == begin;
        const size_t message_bytes = offset - begin + 4 + (length == 0 ? 0 : length + 4);
        reading.refused =
            (is_command && length != 4) || length > limits.max_field_bytes || message_bytes > limits.max_message_bytes;
        if (reading.refused || stream.size() - offset - 4 < length)
            break;
        offset += 4 + length;
        if (length != 0)
            continue;
        reading.ends.push_back(offset);
        begin = offset;
    }
    return reading;
}

void requireMessage(MessageView message, Bytes expected, WireLimits limits)
{
    require(std::ranges::equal(message.bytes, expected), "a message is the bytes that have come");
    require(viewMessage(message.bytes, limits).command == message.command, "at rest it is the same");
    ByteBuffer copy;
    FrameEncoder encoder(copy, message.command);
    MessageReader reader(message);
    while (const auto field = reader.readRaw())
        encoder.opaque(*field);
    encoder.end();
    require(std::ranges::equal(copy.data(), message.bytes), "its fields make the same message again");
}

class Lab {
public:
    Lab(Bytes stream, WireLimits limits) : stream_(stream), limits_(limits), decoder_(limits) {}

    Reading run(size_t piece_bytes)
    {
        try {
            while (fed_ < stream_.size()) {
                const auto piece = stream_.subspan(fed_, std::min(piece_bytes, stream_.size() - fed_));
                decoder_.push(piece);
                fed_ += piece.size();
                takeMessages();
            }
        } catch (const ProtocolError &) {
            found_.refused = true;
        }
        return found_;
    }

private:
    void takeMessages()
    {
        while (const auto message = decoder_.next()) {
            const size_t begin = found_.ends.empty() ? 0 : found_.ends.back();
            found_.ends.push_back(begin + message->bytes.size());
            require(found_.ends.back() >= needed_until_, "no message ends before the bytes that it is missing");
            requireMessage(*message, stream_.subspan(begin, message->bytes.size()), limits_);
        }
        const size_t begin = found_.ends.empty() ? 0 : found_.ends.back();
        require(std::ranges::equal(decoder_.pending(), stream_.subspan(begin, fed_ - begin)), "no byte is lost");
        require(decoder_.missingBytes() <= limits_.max_field_bytes + 8, "what is missing is no more than a field");
        needed_until_ = fed_ + decoder_.missingBytes();
    }

    Bytes stream_;
    WireLimits limits_;
    FrameDecoder decoder_;
    size_t fed_ = 0;
    size_t needed_until_ = 0;
    Reading found_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    constexpr WireLimits all_limits[] = {limits_before_login, limits_after_login, small_limits};
    const auto limits = all_limits[data[0] % 3U];
    const size_t piece_bytes = data[0] < 3 ? size : data[0] / 3U;
    const Bytes stream(reinterpret_cast<const std::byte *>(data + 1), size - 1);
    const Reading expected = read(stream, limits);
    const MemoryMeter memory;
    const Reading found = Lab(stream, limits).run(piece_bytes);
    require(memory.peakBytes() <= buffer_factor * size + other_bytes + found.ends.size() * 4 * sizeof(size_t),
            "memory for what has come, and not for what is announced");
    require(found.ends == expected.ends && found.refused == expected.refused, "pieces are what the whole is");
    return 0;
}
