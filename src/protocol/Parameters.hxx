// The parameters of a frame (protocol.md §7.9): SANE_Parameters as a value of our own.
#pragma once

#include <cstdint>

namespace netsane {

class FrameEncoder;
class MessageReader;

struct Parameters {
    std::uint32_t format = 0; // SANE_Frame
    bool last_frame = true;
    std::int32_t bytes_per_line = 0;
    std::int32_t pixels_per_line = 0;
    std::int32_t lines = 0; // -1: not known in advance
    std::int32_t depth = 0; // bits per sample

    bool operator==(const Parameters &) const = default;
};

// PARM's six fields, within a message.
void encodeParameters(FrameEncoder &message, const Parameters &parameters);
Parameters decodeParameters(MessageReader &reader);

} // namespace netsane
