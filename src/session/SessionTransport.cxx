#include "session/SessionTransport.hxx"

#include <algorithm>
#include <cassert>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t crypt_block_bytes = 16 * 1024;
constexpr std::size_t max_pull_bytes = 128 * 1024; // at a time, whatever a stream says

} // namespace

std::span<std::byte> SessionTransport::receiveBuffer(std::size_t min_bytes)
{
    return isClear() ? decoder_.prepare(min_bytes) : wire_in_.prepare(min_bytes);
}

void SessionTransport::received(std::size_t count_bytes) noexcept
{
    if (isClear())
        decoder_.commit(count_bytes);
    else
        wire_in_.commit(count_bytes);
}

void SessionTransport::endInput()
{
    if (isClear())
        return;
    pumpIn();
    stream_.endWire();
}

// Moves as much as possible: wire bytes into the stream, plain bytes out of it into the decoder. True if there were
// plain bytes.
bool SessionTransport::pumpIn()
{
    bool any = false;
    for (bool progress = true; progress;) {
        const std::size_t taken = wire_in_.empty() ? 0 : stream_.pushWire(wire_in_.data());
        wire_in_.consume(taken);
        // Room is made only where there is something: an idle connection shall need no memory.
        std::size_t got = 0;
        if (stream_.pendingPlain() != 0) {
            got = stream_.readPlain(decoder_.prepare(crypt_block_bytes));
            decoder_.commit(got);
        }
        any = any || got != 0;
        progress = taken != 0 || got != 0;
    }
    return any;
}

// False where the stream has no bytes for the peer.
bool SessionTransport::pullWire()
{
    const std::size_t pending = stream_.pendingWire();
    if (pending == 0)
        return false;
    const std::size_t got = stream_.pullWire(wire_out_.prepare(std::min(pending, max_pull_bytes)));
    wire_out_.commit(got);
    return got != 0;
}

void SessionTransport::pumpOut()
{
    for (bool progress = true; progress;) {
        const std::size_t taken = messages_.empty() ? 0 : stream_.writePlain(messages_.data());
        messages_.consume(taken);
        shown_ -= std::min(shown_, taken);
        progress = pullWire() || taken != 0;
    }
}

void SessionTransport::showSent() noexcept
{
    if (tap_ && messages_.size() > shown_)
        tap_->sent(messages_.data().subspan(shown_));
    shown_ = messages_.size();
}

void SessionTransport::dropMessages() noexcept
{
    messages_.clear();
    shown_ = 0;
}

void SessionTransport::append(std::span<const std::byte> message)
{
    showSent();
    if (tap_)
        tap_->sent(message);
    if (!isClear() && messages_.empty()) {
        for (bool progress = true; progress && !message.empty();) {
            const std::size_t taken = stream_.writePlain(message);
            message = message.subspan(taken);
            progress = pullWire() || taken != 0;
        }
    }
    messages_.append(message);
    shown_ = messages_.size();
}

CryptState SessionTransport::advance()
{
    if (!isClear())
        pumpIn();
    return stream_.state();
}

std::optional<MessageView> SessionTransport::nextMessage()
{
    auto message = decoder_.next();
    if (!message && !isClear() && pumpIn())
        message = decoder_.next();
    if (message && tap_)
        tap_->received(message->bytes);
    return message;
}

ByteBuffer &SessionTransport::output()
{
    showSent();
    if (isClear()) {
        // Where nobody looks on, messages are sent from where they stand.
        if (wire_out_.empty() && !tap_)
            return messages_;
        wire_out_.append(messages_.data());
        dropMessages();
        return wire_out_;
    }
    pumpOut();
    // A stream that isn't open takes no messages, and none would come to be sent.
    if (ending_ && (messages_.empty() || stream_.state() != CryptState::Open)) {
        stream_.shutdown();
        pumpOut();
    }
    return wire_out_;
}

void SessionTransport::sent(std::size_t count_bytes) noexcept
{
    (wire_out_.empty() ? messages_ : wire_out_).consume(count_bytes);
}

void SessionTransport::switchTo(CryptStream stream)
{
    assert(isClear());
    showSent();
    wire_out_.append(messages_.data());
    dropMessages();
    ByteBuffer pending = decoder_.takePending();
    stream_ = std::move(stream);
    if (tap_)
        tap_->switched(!isClear());
    if (isClear())
        decoder_.push(pending.data());
    else
        wire_in_ = std::move(pending);
}

LinkSecurity SessionTransport::link() const
{
    const auto state = stream_.state();
    if (isClear() || (state != CryptState::Open && state != CryptState::Closed))
        return {};
    return {true, stream_.exportBinding(), stream_.peerName()};
}

void SessionTransport::shrinkIfEmpty(std::size_t keep_bytes) noexcept
{
    decoder_.shrinkIfEmpty(keep_bytes);
    messages_.shrinkIfEmpty(keep_bytes);
    wire_in_.shrinkIfEmpty(keep_bytes);
    wire_out_.shrinkIfEmpty(keep_bytes);
}

} // namespace netsane
