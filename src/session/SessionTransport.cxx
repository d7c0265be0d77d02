#include "session/SessionTransport.hxx"

#include "wire/ProtocolError.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr std::size_t crypt_block_bytes = 16 * 1024;

} // namespace

std::span<std::byte> SessionTransport::receiveBuffer(std::size_t min_bytes)
{
    return stream_.isPassthrough() ? decoder_.prepare(min_bytes) : wire_in_.prepare(min_bytes);
}

void SessionTransport::received(std::size_t count_bytes)
{
    if (stream_.isPassthrough()) {
        decoder_.commit(count_bytes);
    } else {
        wire_in_.commit(count_bytes);
        pump();
    }
}

void SessionTransport::checkStream() const
{
    if (stream_.state() == CryptState::Error)
        throw ProtocolError("encryption: " + stream_.error());
}

// Moves as much as possible: wire bytes into the stream, plain bytes out of it into the decoder.
void SessionTransport::pump()
{
    for (bool progress = true; progress;) {
        progress = false;
        if (!wire_in_.empty()) {
            const std::size_t taken = stream_.pushWire(wire_in_.data());
            wire_in_.consume(taken);
            progress = taken != 0;
        }
        const std::size_t got = stream_.readPlain(decoder_.prepare(crypt_block_bytes));
        decoder_.commit(got);
        progress = progress || got != 0;
        checkStream();
    }
}

std::optional<MessageView> SessionTransport::nextMessage()
{
    return decoder_.next();
}

ByteBuffer &SessionTransport::output()
{
    if (stream_.isPassthrough()) {
        if (wire_out_.empty())
            return messages_;
        wire_out_.append(messages_.data());
        messages_.clear();
        return wire_out_;
    }
    for (bool progress = true; progress;) {
        const std::size_t taken = messages_.empty() ? 0 : stream_.writePlain(messages_.data());
        messages_.consume(taken);
        const std::size_t got = stream_.pullWire(wire_out_.prepare(crypt_block_bytes));
        wire_out_.commit(got);
        progress = taken != 0 || got != 0;
    }
    checkStream();
    return wire_out_;
}

void SessionTransport::switchTo(CryptStream stream)
{
    ByteBuffer &old_output = output();
    if (&old_output != &wire_out_) {
        wire_out_.append(old_output.data());
        old_output.clear();
    }
    ByteBuffer pending = decoder_.takePending();
    if (!wire_in_.empty())
        throw ProtocolError("encryption inside encryption");
    stream_ = std::move(stream);
    checkStream();
    if (stream_.isPassthrough()) {
        decoder_.push(pending.data());
    } else {
        wire_in_ = std::move(pending);
        pump();
    }
}

bool SessionTransport::peerClosed()
{
    stream_.endWire();
    if (!stream_.isPassthrough())
        pump();
    return stream_.state() != CryptState::Truncated && decoder_.pending().empty();
}

void SessionTransport::shrinkIfEmpty(std::size_t keep_bytes) noexcept
{
    decoder_.shrinkIfEmpty(keep_bytes);
    messages_.shrinkIfEmpty(keep_bytes);
    wire_in_.shrinkIfEmpty(keep_bytes);
    wire_out_.shrinkIfEmpty(keep_bytes);
}

} // namespace netsane
