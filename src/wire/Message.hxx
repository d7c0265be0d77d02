// One complete message as it stands in a decoder's buffer: a view, valid as long as the decoder says.
//
// A MessageView is only made by FrameDecoder (or by viewMessage() for bytes at rest), so its framing is known to be
// right: a command field of 4 bytes, then fields, then the end mark (protocol.md §1.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace netsane {

struct MessageView {
    std::span<const std::byte> bytes; // the whole message with its end mark
    std::uint32_t command;
};

} // namespace netsane
