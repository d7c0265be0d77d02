#include "XorStream.hxx"

#include <algorithm>
#include <string_view>
#include <utility>

namespace netsane {

namespace {

constexpr size_t max_buffered_bytes = 16384;
constexpr size_t max_chunk_bytes = 255;
constexpr std::string_view magic = "XOR";

std::byte mask(std::byte key, size_t position)
{
    return static_cast<std::byte>(std::to_integer<size_t>(key) + position);
}

size_t removeFront(std::vector<std::byte> &buffer, std::span<std::byte> space)
{
    const size_t count = std::min(space.size(), buffer.size());
    const auto end = buffer.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(buffer.begin(), end, space.begin());
    buffer.erase(buffer.begin(), end);
    return count;
}

} // namespace

XorStream::XorStream(std::byte key, uint32_t role, std::string peer_name)
    : own_key_(key), role_(role), peer_name_(std::move(peer_name))
{
    for (const char c : magic)
        outbound_.push_back(static_cast<std::byte>(c));
    outbound_.push_back(own_key_);
}

size_t XorStream::pushWire(std::span<const std::byte> bytes)
{
    size_t count = 0;
    while (count < bytes.size() && inbound_.size() < max_buffered_bytes &&
           (state_ == NETSANE_STATE_HANDSHAKE || state_ == NETSANE_STATE_OPEN))
        takeByte(bytes[count++]);
    return count;
}

void XorStream::takeByte(std::byte byte)
{
    if (state_ == NETSANE_STATE_HANDSHAKE) {
        takeGreeting(byte);
    } else if (chunk_left_ > 0) {
        --chunk_left_;
        inbound_.push_back(byte ^ mask(peer_key_, inbound_position_++));
    } else if (byte == std::byte{0}) {
        state_ = NETSANE_STATE_CLOSED;
    } else {
        chunk_left_ = std::to_integer<size_t>(byte);
    }
}

void XorStream::takeGreeting(std::byte byte)
{
    if (greeting_bytes_ < magic.size()) {
        if (byte != static_cast<std::byte>(magic[greeting_bytes_++]))
            state_ = NETSANE_STATE_ERROR;
        return;
    }
    peer_key_ = byte;
    fingerprint_ = "XOR:" + std::to_string(std::to_integer<unsigned>(byte));
    state_ = NETSANE_STATE_OPEN;
}

size_t XorStream::pullWire(std::span<std::byte> space)
{
    return removeFront(outbound_, space);
}

size_t XorStream::readPlain(std::span<std::byte> space)
{
    return removeFront(inbound_, space);
}

size_t XorStream::writePlain(std::span<const std::byte> bytes)
{
    size_t taken = 0;
    while (taken < bytes.size() && outbound_.size() + max_chunk_bytes < max_buffered_bytes) {
        const std::span chunk = bytes.subspan(taken, std::min(bytes.size() - taken, max_chunk_bytes));
        outbound_.push_back(static_cast<std::byte>(chunk.size()));
        for (const std::byte byte : chunk)
            outbound_.push_back(byte ^ mask(own_key_, outbound_position_++));
        taken += chunk.size();
    }
    return taken;
}

void XorStream::endWire()
{
    if (state_ == NETSANE_STATE_HANDSHAKE || state_ == NETSANE_STATE_OPEN)
        state_ = NETSANE_STATE_TRUNCATED;
}

void XorStream::shutdown()
{
    outbound_.push_back(std::byte{0});
}

size_t XorStream::exportBinding(std::span<std::byte> space) const
{
    if (space.size() < 2)
        return 0;
    space[0] = role_ == NETSANE_ROLE_SERVER ? own_key_ : peer_key_;
    space[1] = role_ == NETSANE_ROLE_SERVER ? peer_key_ : own_key_;
    return 2;
}

const char *XorStream::peer(uint32_t what) const
{
    if (what == NETSANE_PEER_FINGERPRINT)
        return fingerprint_.c_str();
    return what == NETSANE_PEER_NAME && !peer_name_.empty() ? peer_name_.c_str() : nullptr;
}

} // namespace netsane
