#include "tool/probe/ProbeLink.hxx"

#include "os/Error.hxx"
#include "protocol/ConnectionMessages.hxx"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace netsane {

namespace {

constexpr std::size_t block_bytes = 16 * 1024;

bool wouldBlock(int error) noexcept
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

void ProbeLink::pumpOut()
{
    if (!encrypted()) {
        wire_out_.append(plain_out_.data());
        plain_out_.clear();
        return;
    }
    for (;;) {
        const auto written = stream_.writePlain(plain_out_.data());
        plain_out_.consume(written);
        const auto pulled = stream_.pullWire(wire_out_.prepare(block_bytes));
        wire_out_.commit(pulled);
        if (written == 0 && pulled == 0)
            return;
    }
}

void ProbeLink::pumpIn()
{
    for (;;) {
        const auto taken = stream_.pushWire(wire_in_.data());
        wire_in_.consume(taken);
        const auto read = stream_.readPlain(decoder_.prepare(block_bytes).first(block_bytes));
        decoder_.commit(read);
        if (taken == 0 && read == 0)
            return;
    }
}

// False when the socket takes nothing now.
bool ProbeLink::sendSome()
{
    while (!wire_out_.empty()) {
        const auto bytes = wire_out_.data();
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && wouldBlock(errno))
            return false;
        if (sent < 0) {
            wire_out_.clear(); // what the server has said before it closed still counts
            return true;
        }
        wire_out_.consume(static_cast<std::size_t>(sent));
    }
    return true;
}

void ProbeLink::receiveSome()
{
    auto &buffer = wire_in_;
    const auto space = buffer.prepare(block_bytes).first(block_bytes);
    const auto received = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (received < 0 && wouldBlock(errno))
        return;
    if (received < 0)
        throw ProbeError("the connection broke: " + errnoText(errno), "The server's log says why it closed.");
    if (received == 0) {
        ended_ = true;
        stream_.endWire();
        return;
    }
    buffer.commit(static_cast<std::size_t>(received));
    if (encrypted()) {
        pumpIn();
    } else {
        decoder_.push(buffer.data());
        buffer.clear();
    }
}

void ProbeLink::checkStream() const
{
    if (encrypted() && stream_.state() == CryptState::Error)
        throw ProbeError("the encrypted connection failed: " + stream_.error(), "");
    if (ended_)
        throw ProbeError("the server closed the connection", "");
}

// One round of sending, waiting and receiving.
void ProbeLink::exchange(TimePoint deadline)
{
    pumpOut();
    const bool sent = sendSome(); // before a failure too: an alert for the server's log
    checkStream();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0)
        throw ProbeError("no answer in time", "");
    pollfd entry{socket_.get(), static_cast<short>(sent ? POLLIN : POLLIN | POLLOUT), 0};
    ::poll(&entry, 1, static_cast<int>(std::min<decltype(left)>(left, 60'000)));
    receiveSome();
}

MessageView ProbeLink::receive(TimePoint deadline)
{
    for (;;) {
        if (const auto message = decoder_.next())
            return *message;
        exchange(deadline);
    }
}

void ProbeLink::encrypt(const Method &method, const CryptParameters &parameters, TimePoint deadline)
{
    pumpOut();
    auto pending = decoder_.takePending();
    wire_in_.append(pending.data());
    stream_ = CryptStream(method, Role::Client, parameters);
    pumpIn();
    while (stream_.state() == CryptState::Handshake)
        exchange(deadline);
    // Its last word to the server, an alert say.
    pumpOut();
    sendSome();
    checkStream();
}

void ProbeLink::close() noexcept
{
    try {
        if (!ended_)
            encodeBare(plain_out_, Command::quit);
        pumpOut();
        stream_.shutdown();
        pumpOut();
        sendSome();
    } catch (...) { // NOLINT(bugprone-empty-catch): it ends anyway
    }
}

} // namespace netsane
