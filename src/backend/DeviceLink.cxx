#include "backend/DeviceLink.hxx"

#include "protocol/ConnectionMessages.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

using TimePoint = DeviceLink::TimePoint;

// Room that is kept behind the requests of a frame: a cancel in a signal handler must not have to make it.
constexpr std::size_t abort_bytes = 64 + max_handle_bytes;

// For a flight of other requests; one more is kept for an ABRT.
constexpr std::size_t places_kept = 48;

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) noexcept
{
    if (!a || !b)
        return a ? a : b;
    return std::min(*a, *b);
}

} // namespace

DeviceLink::DeviceLink(std::unique_ptr<ClientConnection> connection, HandleBytes handle, CancelSwitch &cancel)
    : connection_(std::move(connection)),
      handle_(std::move(handle)),
      cancel_(cancel),
      tells_values_(session().tellsValues())
{
}

void DeviceLink::throwLost()
{
    if (!connection_->failure())
        session().fail("too many requests outstanding");
    throw ConnectionLost(connection_->failure()->reason);
}

ByteBuffer &DeviceLink::request(Command command)
{
    if (!session().canRequest())
        throwLost();
    return session().request(command);
}

void DeviceLink::onReply(MessageView reply) noexcept
{
    if (reply.command == static_cast<std::uint32_t>(Command::read))
        --reads_;
    if (reply.command == static_cast<std::uint32_t>(Command::abort) && --aborts_outstanding_ == 0)
        abort_deadline_.reset();
}

MessageView DeviceLink::await(Command command, std::optional<TimePoint> deadline)
{
    for (;;) {
        MessageView reply{};
        switch (connection_->waitReply(reply, &cancel_.wakeFd(), earlier(deadline, abort_deadline_))) {
        case WaitResult::reply:
            onReply(reply);
            if (reply.command == static_cast<std::uint32_t>(command))
                return reply;
            if (reply.command == static_cast<std::uint32_t>(Command::read) && read_handler_)
                read_handler_(reply);
            break;
        case WaitResult::woken:
            cancel_.wakeFd().clear();
            if (cancel_.isRequested() && frame_open_)
                sendAbort();
            break;
        case WaitResult::timeout:
            session().fail(abort_deadline_ ? "no answer to the cancel" : "no answer within the deadline");
            break;
        case WaitResult::login_wanted:
            session().refuseLogin("a login in the middle of a session");
            break;
        case WaitResult::failed:
            throwLost();
        }
    }
}

std::optional<MessageView> DeviceLink::pollRead()
{
    for (;;) {
        MessageView reply{};
        switch (connection_->tryReply(reply)) {
        case WaitResult::reply:
            onReply(reply);
            if (reply.command == static_cast<std::uint32_t>(Command::read))
                return reply;
            break;
        case WaitResult::login_wanted:
            session().refuseLogin("a login in the middle of a scan");
            break;
        case WaitResult::failed:
            throwLost();
        default:
            return std::nullopt;
        }
    }
}

void DeviceLink::topUpReads(std::optional<std::uint64_t> left_bytes)
{
    const auto window = window_.reads(connection_->shortestReply());
    const auto wanted = left_bytes ? std::min(ReadWindow::readsFor(*left_bytes), window) : window;
    // A window goes on in steps of several READs, which travel and are worked on together.
    const auto step = wanted == window ? window / 2 : 1;
    if (wanted >= reads_ + step)
        appendReads(wanted - reads_);
}

void DeviceLink::appendReads(std::size_t count)
{
    const auto allowed = session().readsAllowed();
    for (count = std::min(count, allowed - std::min(allowed, places_kept)); count != 0; --count)
        sendRead(read_bytes);
}

void DeviceLink::sendRead(std::uint32_t max_bytes)
{
    auto &out = request(Command::read);
    encodeReadRequest(out, handle_, {max_bytes});
    out.prepare(abort_bytes);
    ++reads_;
}

void DeviceLink::sendStart(std::optional<std::uint64_t> frame_bytes)
{
    frame_open_ = true;
    ++era_;
    auto &out = request(Command::start);
    encodeHandleRequest(out, Command::start, handle_);
    out.prepare(abort_bytes);
    window_.beginFrame();
    if (!session().announces(extension_many_reads))
        return;
    const auto needed = frame_bytes ? ReadWindow::readsFor(*frame_bytes) : ReadWindow::blind_reads;
    appendReads(std::min(needed, window_.reads(connection_->shortestReply())));
}

void DeviceLink::noteReceived(std::size_t count_bytes) noexcept
{
    window_.received(count_bytes, connection_->shortestReply(), std::chrono::steady_clock::now());
}

void DeviceLink::sendAbort()
{
    if (abort_sent_)
        return;
    encodeHandleRequest(request(Command::abort), Command::abort, handle_);
    abort_sent_ = true;
    ++aborts_outstanding_;
    abort_deadline_ = std::chrono::steady_clock::now() + cancel_timeout;
    ++era_;
}

void DeviceLink::abortFrame(Device device)
{
    if (!std::exchange(frame_open_, false))
        return;
    if (isLost())
        throwLost();
    sendAbort();
    abort_sent_ = false;
    if (device == Device::idle)
        return push();
    while (aborts_outstanding_ != 0)
        await(Command::abort);
}

void DeviceLink::close() noexcept
{
    try {
        if (session().canRequest()) // QUIT alone does it, too
            encodeHandleRequest(request(Command::close), Command::close, handle_);
        session().quit();
        connection_->leave();
    } catch (...) { // the end of the connection closes the device as well
    }
}

} // namespace netsane
