// Sends replies on a device process's channel: small messages from a buffer, image data from where it lies.
//
// Owned by DeviceChannel, I/O thread. Never blocks; uses the socket, doesn't own it.
#pragma once

#include "protocol/DeviceMessages.hxx"
#include "util/ByteBuffer.hxx"

#include <array>
#include <cstddef>
#include <span>

namespace netsane {

class ChannelWriter {
public:
    explicit ChannelWriter(int fd) noexcept : fd_(fd) {}

    // Encode replies into this while no data is on its way.
    ByteBuffer &messages() noexcept { return messages_; }

    // A READ reply with this data, behind the messages. The bytes must stay until flush() has returned true.
    void startData(std::span<const std::byte> data) noexcept;

    // Sends what the socket takes. True when nothing is left. Throws std::system_error; a peer that is gone is EPIPE or
    // ECONNRESET.
    bool flush();

    bool isIdle() const noexcept { return messages_.empty() && data_.empty(); }

private:
    void advance(std::size_t sent_bytes) noexcept;

    int fd_;
    ByteBuffer messages_;
    std::array<std::byte, read_reply_header_bytes> header_{};
    std::span<const std::byte> data_; // empty when no data is on its way
    std::size_t data_sent_ = 0;       // of header, data and end mark
};

} // namespace netsane
