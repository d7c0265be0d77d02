#include "backend/DeviceLink.hxx"

#include "protocol/ConnectionMessages.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

using TimePoint = DeviceLink::TimePoint;

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

void DeviceLink::throwLost() const
{
    throw ConnectionLost(connection_->failure() ? connection_->failure()->reason : "too many requests outstanding");
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

void DeviceLink::topUpReads()
{
    while (reads_ < max_reads && session().canRequest()) {
        encodeReadRequest(request(Command::read), handle_, {read_bytes});
        ++reads_;
    }
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
