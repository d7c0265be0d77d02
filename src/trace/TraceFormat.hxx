// The file of a recorded session, as doc/trace.md has it: a header and records, each a message of protocol.md §1.1.
//
// Plain values and the functions that append them to a buffer. Decoding throws ProtocolError.
#pragma once

#include "trace/Conversation.hxx"
#include "trace/TraceField.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"
#include "wire/WireLimits.hxx"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

inline constexpr std::uint32_t trace_magic = 0x4e535452; // "NSTR", the header's number
inline constexpr std::uint32_t trace_version = 1;
inline constexpr std::string_view trace_suffix = ".nstrace";

// A field of a message may be as long as one on the wire, and has a byte in front of it.
inline constexpr WireLimits trace_limits{limits_after_login.max_field_bytes + 16,
                                         2 * limits_after_login.max_message_bytes};

using TraceTime = std::chrono::microseconds; // since the session began

// More than a message can have that makes sense; what is kept of one while it is looked at is more than its bytes.
inline constexpr std::size_t max_trace_fields = 100'000;

// What a file is of. `recorder` is the side that wrote it.
struct TraceHeader {
    std::uint32_t version = trace_version;
    Speaker recorder = Speaker::client;
    std::chrono::seconds begin{0}; // since 1970
    std::string program;           // "scanimage", "netsaned 0.1.0"
    std::string about;             // the other end, for people
};

enum class TraceKind : std::uint32_t { message = 1, switched = 2, note = 3 };

struct TraceRecord {
    TraceKind kind = TraceKind::note;
    TraceTime time{0};
    Speaker speaker = Speaker::client; // of a message
    std::uint32_t command = 0;         // of a message
    std::vector<FieldBytes> fields;    // of a message, those behind the command; views of the record's bytes
    std::size_t size = 0;              // of a message, on the wire
    bool encrypted = false;            // of a switch
    std::string text;                  // of a note
};

void encodeTraceHeader(ByteBuffer &out, const TraceHeader &header);
TraceHeader decodeTraceHeader(MessageView message);

// Of a message's fields only those that are public are written.
void encodeTraceMessage(ByteBuffer &out, TraceTime time, Speaker speaker, std::uint32_t command,
                        const NamedFields &fields);
void encodeTraceSwitch(ByteBuffer &out, TraceTime time, bool encrypted);
void encodeTraceNote(ByteBuffer &out, TraceTime time, std::string_view text);
TraceRecord decodeTraceRecord(MessageView message);

} // namespace netsane
