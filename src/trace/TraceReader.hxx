// Reads a recorded session record by record, from bytes that come in pieces.
//
// Owned by who shows a recording. The file may be cut off anywhere or be made by an enemy: what isn't a recording ends
// in a TraceError that says where. Memory: one record of at most trace_limits.
#pragma once

#include "trace/TraceFormat.hxx"
#include "wire/FrameDecoder.hxx"

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace netsane {

class TraceError : public std::runtime_error {
public:
    TraceError(std::uint64_t offset, const std::string &what)
        : std::runtime_error("byte " + std::to_string(offset) + ": " + what)
    {
    }
};

class TraceReader {
public:
    void push(std::span<const std::byte> bytes) { decoder_.push(bytes); }

    // The header, once its bytes are there. Throws TraceError.
    const std::optional<TraceHeader> &header();

    // The next record, after header(); nothing when more bytes are needed. Valid until the next push() or next().
    // Throws TraceError.
    std::optional<TraceRecord> next();

    // There are no more bytes. Throws TraceError where the file ends within a header or record.
    void end();

private:
    std::optional<MessageView> nextMessage();

    FrameDecoder decoder_{trace_limits};
    std::optional<TraceHeader> header_;
    std::uint64_t offset_ = 0;     // of the record that comes next
    std::uint64_t read_bytes_ = 0; // of the record that was read last
    TraceTime last_time_{0};
};

} // namespace netsane
