#include "session/ScanTally.hxx"

#include "wire/MessageReader.hxx"

namespace netsane {

std::optional<ScanSummary> ScanTally::ended(DeviceKey key, Status status)
{
    const auto frame = image_bytes_.find(key);
    if (frame == image_bytes_.end())
        return std::nullopt;
    const ScanSummary summary{status, frame->second};
    image_bytes_.erase(frame);
    return summary;
}

std::optional<ScanSummary> ScanTally::replied(DeviceKey key, MessageView reply)
{
    MessageReader reader(reply);
    switch (static_cast<Command>(reply.command)) {
    case Command::start: {
        if (toStatus(reader.readUnsigned()) != Status::good)
            return std::nullopt;
        // A frontend may stop at the last byte, without reading EOF.
        auto before = ended(key, Status::eof);
        image_bytes_.emplace(key, 0);
        return before;
    }
    case Command::read: {
        const Status status = toStatus(reader.readUnsigned());
        if (status != Status::good)
            return ended(key, status);
        if (const auto frame = image_bytes_.find(key); frame != image_bytes_.end())
            frame->second += reader.readOpaque().size();
        return std::nullopt;
    }
    case Command::abort:
        return ended(key, Status::cancelled);
    default:
        return std::nullopt;
    }
}

} // namespace netsane
