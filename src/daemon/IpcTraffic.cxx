// IpcMessages, continued: what is asked and told for the control socket.

#include "daemon/IpcMessages.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

namespace netsane {

namespace {

void addNumber(FrameEncoder &message, std::uint64_t number)
{
    message.integer(static_cast<std::uint32_t>(number >> 32)).integer(static_cast<std::uint32_t>(number));
}

std::uint64_t readNumber(MessageReader &reader)
{
    const std::uint64_t high = reader.readUnsigned();
    return high << 32 | reader.readUnsigned();
}

} // namespace

ByteBuffer encodeIpc(const TrafficQuestion &question)
{
    ByteBuffer out;
    FrameEncoder(out, static_cast<std::uint32_t>(IpcCommand::ask_traffic)).integer(question.serial).end();
    return out;
}

TrafficQuestion decodeTrafficQuestion(MessageView message)
{
    return {MessageReader(message).readUnsigned()};
}

ByteBuffer encodeIpc(const TrafficReport &report)
{
    ByteBuffer out;
    FrameEncoder message(out, static_cast<std::uint32_t>(IpcCommand::traffic));
    message.integer(report.serial).boolean(report.last);
    message.integer(static_cast<std::uint32_t>(report.connections.size()));
    for (const auto &entry : report.connections) {
        message.integer(entry.connection);
        addNumber(message, entry.received_bytes);
        addNumber(message, entry.sent_bytes);
    }
    message.end();
    return out;
}

TrafficReport decodeTrafficReport(MessageView message)
{
    MessageReader reader(message);
    TrafficReport report;
    report.serial = reader.readUnsigned();
    report.last = reader.readBool();
    const auto count = reader.readUnsigned();
    if (count > TrafficReport::max_connections)
        reader.fail("traffic of " + std::to_string(count) + " connections");
    for (std::uint32_t i = 0; i < count; ++i) {
        ConnectionTraffic entry;
        entry.connection = reader.readUnsigned();
        entry.received_bytes = readNumber(reader);
        entry.sent_bytes = readNumber(reader);
        report.connections.push_back(entry);
    }
    return report;
}

ByteBuffer encodeIpc(const EndNote &note)
{
    ByteBuffer out;
    FrameEncoder(out, static_cast<std::uint32_t>(IpcCommand::end_connection))
        .integer(note.connection)
        .string(note.reason)
        .end();
    return out;
}

EndNote decodeEndNote(MessageView message)
{
    MessageReader reader(message);
    EndNote note;
    note.connection = reader.readUnsigned();
    note.reason = reader.readString();
    return note;
}

} // namespace netsane
