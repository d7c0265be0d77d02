#include "trace/TraceReader.hxx"

#include "util/ByteOrder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <array>
#include <utility>

namespace netsane {

namespace {

constexpr const char *no_recording = "this is no recording of a session";

} // namespace

std::optional<MessageView> TraceReader::nextMessage()
{
    offset_ += std::exchange(read_bytes_, 0);
    const auto message = decoder_.next();
    if (message)
        read_bytes_ = message->bytes.size();
    return message;
}

const std::optional<TraceHeader> &TraceReader::header()
{
    if (header_)
        return header_;
    // Before anything is believed of it, its lengths included.
    const auto start = decoder_.pending();
    constexpr std::size_t magic_bytes = 8;
    std::array<std::byte, magic_bytes> magic{};
    storeBigEndian32(magic.data(), 4);
    storeBigEndian32(magic.data() + 4, trace_magic);
    if (!std::equal(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(std::min(start.size(), magic_bytes)),
                    magic.begin()))
        throw TraceError(0, no_recording);
    try {
        if (const auto message = nextMessage())
            header_ = decodeTraceHeader(*message);
    } catch (const ProtocolError &error) {
        throw TraceError(offset_, std::string("the header: ") + error.what());
    }
    return header_;
}

std::optional<TraceRecord> TraceReader::next()
{
    try {
        const auto message = nextMessage();
        if (!message)
            return std::nullopt;
        auto record = decodeTraceRecord(*message);
        if (record.time < last_time_)
            throw ProtocolError("its time is before that of the record in front of it");
        last_time_ = record.time;
        return record;
    } catch (const ProtocolError &error) {
        throw TraceError(offset_, std::string("a record that is none: ") + error.what());
    }
}

void TraceReader::end()
{
    offset_ += std::exchange(read_bytes_, 0);
    if (!header_)
        throw TraceError(offset_, decoder_.pending().empty() ? "the file is empty" : "the file ends within its header");
    if (const auto left = decoder_.pending().size(); left != 0)
        throw TraceError(offset_, "the file ends within a record, of which there are " + std::to_string(left) +
                                      " bytes: what was recorded behind it is missing");
}

} // namespace netsane
