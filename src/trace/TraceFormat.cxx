#include "trace/TraceFormat.hxx"

#include "util/ByteOrder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <cstring>

namespace netsane {

namespace {

// In front of a field: whether its value follows, or its length.
constexpr std::byte value_follows{0};
constexpr std::byte length_follows{1};
constexpr std::size_t length_bytes = 4;

void addLong(FrameEncoder &message, std::uint64_t value)
{
    message.integer(static_cast<std::uint32_t>(value >> 32)).integer(static_cast<std::uint32_t>(value));
}

std::int64_t readLong(MessageReader &reader)
{
    const std::uint64_t high = reader.readUnsigned();
    const std::uint64_t value = high << 32 | reader.readUnsigned();
    if (value >> 62 != 0)
        reader.fail("a time that can't be");
    return static_cast<std::int64_t>(value);
}

FrameEncoder begin(ByteBuffer &out, TraceKind kind, TraceTime time)
{
    FrameEncoder message(out, static_cast<std::uint32_t>(kind));
    addLong(message, static_cast<std::uint64_t>(time.count()));
    return message;
}

Speaker readSpeaker(MessageReader &reader)
{
    const auto number = reader.readUnsigned();
    if (number != static_cast<std::uint32_t>(Speaker::client) && number != static_cast<std::uint32_t>(Speaker::server))
        reader.fail("side " + std::to_string(number) + ", which is neither client nor server");
    return static_cast<Speaker>(number);
}

FieldBytes readField(const MessageReader &reader, std::span<const std::byte> field)
{
    const auto rest = field.subspan(1);
    if (field.front() == value_follows && !rest.empty())
        return {rest, rest.size(), true};
    if (field.front() != length_follows || rest.size() != length_bytes || loadBigEndian32(rest.data()) == 0)
        reader.fail("neither a value nor a length");
    return {{}, loadBigEndian32(rest.data()), false};
}

void readFields(MessageReader &reader, TraceRecord &record)
{
    record.speaker = readSpeaker(reader);
    record.command = reader.readUnsigned();
    record.size = 3 * length_bytes;
    while (const auto field = reader.readRaw()) {
        if (record.fields.size() == max_trace_fields)
            reader.fail("more fields than a message has");
        record.fields.push_back(readField(reader, *field));
        record.size += length_bytes + record.fields.back().size;
    }
}

} // namespace

void encodeTraceHeader(ByteBuffer &out, const TraceHeader &header)
{
    FrameEncoder message(out, trace_magic);
    message.integer(header.version).integer(static_cast<std::uint32_t>(header.recorder));
    addLong(message, static_cast<std::uint64_t>(header.begin.count()));
    message.string(header.program).string(header.about).end();
}

TraceHeader decodeTraceHeader(MessageView message)
{
    MessageReader reader(message);
    TraceHeader header;
    header.version = reader.readUnsigned();
    if (header.version != trace_version)
        reader.fail("version " + std::to_string(header.version) + " of the format, this program knows 1");
    header.recorder = readSpeaker(reader);
    header.begin = std::chrono::seconds(readLong(reader));
    header.program = reader.readString();
    header.about = reader.readString();
    return header;
}

void encodeTraceMessage(ByteBuffer &out, TraceTime time, Speaker speaker, std::uint32_t command,
                        const NamedFields &fields)
{
    FrameEncoder message = begin(out, TraceKind::message, time);
    message.integer(static_cast<std::uint32_t>(speaker)).integer(command);
    for (const auto &field : fields) {
        const auto &value = field.value;
        const auto room = message.reserve(1 + (field.is_public ? value.size : length_bytes));
        room.front() = field.is_public ? value_follows : length_follows;
        if (field.is_public)
            std::memcpy(room.data() + 1, value.bytes.data(), value.size);
        else
            storeBigEndian32(room.data() + 1, static_cast<std::uint32_t>(value.size));
    }
    message.end();
}

void encodeTraceSwitch(ByteBuffer &out, TraceTime time, bool encrypted)
{
    FrameEncoder message = begin(out, TraceKind::switched, time);
    message.boolean(encrypted).end();
}

void encodeTraceNote(ByteBuffer &out, TraceTime time, std::string_view text)
{
    FrameEncoder message = begin(out, TraceKind::note, time);
    message.string(text).end();
}

TraceRecord decodeTraceRecord(MessageView message)
{
    MessageReader reader(message);
    TraceRecord record;
    record.kind = static_cast<TraceKind>(message.command);
    record.time = TraceTime(readLong(reader));
    switch (record.kind) {
    case TraceKind::message:
        readFields(reader, record);
        return record;
    case TraceKind::switched:
        record.encrypted = reader.readBool();
        return record;
    case TraceKind::note:
        record.text = reader.readString();
        return record;
    }
    reader.fail("a record of a kind that there isn't");
}

} // namespace netsane
