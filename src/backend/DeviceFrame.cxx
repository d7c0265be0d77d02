#include "backend/DeviceFrame.hxx"

#include "backend/ParameterCheck.hxx"
#include "os/Error.hxx"
#include "session/ClientText.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <bit>
#include <exception>
#include <poll.h>
#include <sys/epoll.h>
#include <utility>

namespace netsane {

namespace {

// How long to hold back a DEVICE_BUSY that simple-scan would answer with another start at once.
constexpr int busy_pause_ms = 2500;

constexpr std::uint32_t our_byte_order =
    std::endian::native == std::endian::little ? byte_order_little : byte_order_big;

SANE_Status toSane(Status status) noexcept
{
    return static_cast<SANE_Status>(status);
}

SANE_Parameters toSane(const Parameters &parameters) noexcept
{
    return {static_cast<SANE_Frame>(parameters.format),
            parameters.last_frame ? SANE_TRUE : SANE_FALSE,
            parameters.bytes_per_line,
            parameters.pixels_per_line,
            parameters.lines,
            parameters.depth};
}

// Of a whole frame, where that is known.
std::optional<std::uint64_t> frameBytes(const std::optional<Parameters> &parameters) noexcept
{
    if (!parameters || parameters->lines < 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(parameters->lines) * static_cast<std::uint64_t>(parameters->bytes_per_line);
}

void addToEpoll(int epoll, int fd)
{
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        throwErrno("add to an epoll descriptor");
}

} // namespace

DeviceFrame::DeviceFrame(DeviceLink &link, CancelSwitch &cancel, KnownState &known, const DebugSink &debug)
    : link_(link), cancel_(cancel), known_(known), debug_(debug)
{
    link_.setReadHandler([this](MessageView message) { onRead(message, false); });
}

SANE_Status DeviceFrame::report(const char *call, const Outcome &outcome) const
{
    if (outcome.status != Status::good && !outcome.reason.empty() && debug_)
        debug_(1, std::string(call) + ": " + printableText(outcome.reason));
    return toSane(outcome.status);
}

SANE_Status DeviceFrame::refuseParameters(const char *call, const char *fault) const
{
    if (debug_)
        debug_(1, std::string(call) + ": " + fault);
    return SANE_STATUS_IO_ERROR;
}

void DeviceFrame::onRead(MessageView message, bool keep_view)
{
    // Behind the end of a frame, and behind a cancel, only the rest of the pipeline comes. Not even looked at, so that
    // a cancel in a signal handler allocates nothing for it.
    if (state_ != State::running || end_)
        return;
    const auto reply = decodeReadReply(message);
    if (reply.outcome.status != Status::good) {
        end_ = reply.outcome;
        noteStatus(reply.outcome.status);
        image_.end();
        return;
    }
    if (reply.data.size() > DeviceLink::read_bytes)
        throw ProtocolError("READ with more bytes than asked for");
    received_bytes_ += reply.data.size();
    link_.noteReceived(reply.data.size());
    if (keep_view && image_.needsBlock())
        image_.setView(reply.data);
    else
        image_.store(reply.data);
}

// Keeps as many READs under way as the rest of the frame needs.
void DeviceFrame::topUpReads()
{
    auto left_bytes = frameBytes(frozen_);
    if (left_bytes)
        *left_bytes -= std::min(*left_bytes, received_bytes_);
    link_.topUpReads(left_bytes);
}

// What STAR and READ say of the device. A CANCELLED may come while it is still being stopped.
void DeviceFrame::noteStatus(Status status) noexcept
{
    if (status != Status::good && status != Status::cancelled)
        device_ = DeviceLink::Device::idle;
}

SANE_Status DeviceFrame::beginFrame(const StartReply &reply)
{
    end_.reset();
    given_bytes_ = 0;
    received_bytes_ = 0;
    non_blocking_ = false;
    state_ = State::running; // from here on READs bring data
    auto parameters = reply.parameters;
    if (!parameters) { // a server that knows the 1997 text alone
        encodeHandleRequest(link_.request(Command::get_parameters), Command::get_parameters, link_.handle());
        const auto asked = decodeGetParametersReply(link_.await(Command::get_parameters));
        if (asked.outcome.status != Status::good) {
            leaveFrame();
            return report("sane_start", asked.outcome);
        }
        parameters = asked.parameters;
    }
    if (const auto *const fault = faultOf(*parameters)) {
        leaveFrame();
        return refuseParameters("sane_start", fault);
    }
    expected_ = frozen_ = parameters;
    const bool foreign_order = reply.byte_order != 0 && reply.byte_order != our_byte_order;
    image_.swapSamples(parameters->depth == 16 && foreign_order);
    topUpReads();
    link_.push();
    return SANE_STATUS_GOOD;
}

// One that has just begun, and that the frontend is told nothing about.
void DeviceFrame::leaveFrame()
{
    state_ = State::idle;
    link_.abortFrame();
}

SANE_Status DeviceFrame::refuseStart(const Outcome &outcome)
{
    const bool busy = outcome.status == Status::device_busy;
    if (busy && was_busy_) {
        pollfd woken{cancel_.wakeFd().get(), POLLIN, 0};
        cancel_.wakeFd().clear();
        if (!cancel_.isRequested())
            ::poll(&woken, 1, busy_pause_ms);
        if (cancel_.isRequested())
            return cancelled();
    }
    was_busy_ = busy;
    return report("sane_start", outcome);
}

// Whether a running frame is at its end as far as the frontend can see. One that knows how much comes need not read as
// far as the EOF, which may be on its way then.
bool DeviceFrame::awaitKnownEnd()
{
    if (!frozen_ || frozen_->lines < 0 || given_bytes_ < std::int64_t{frozen_->bytes_per_line} * frozen_->lines)
        return false;
    while (!end_ && !image_.hasBytes() && !cancel_.isRequested()) {
        topUpReads();
        onRead(link_.await(Command::read), true);
    }
    return end_ && end_->status == Status::eof && !image_.hasBytes();
}

SANE_Status DeviceFrame::start()
{
    if (state_ == State::running && !awaitKnownEnd())
        return cancel_.isRequested() ? cancelled() : SANE_STATUS_INVAL;
    state_ = State::idle;
    frozen_.reset();
    image_.begin();
    device_ = DeviceLink::Device::scanning;
    const auto known = known_.parameters();
    link_.sendStart(frameBytes(known ? known : expected_));
    const auto reply = decodeStartReply(link_.await(Command::start));
    noteStatus(reply.outcome.status);
    if (cancel_.isRequested())
        return cancelled();
    if (reply.outcome.status != Status::good)
        return refuseStart(reply.outcome);
    was_busy_ = false;
    const auto status = beginFrame(reply);
    return cancel_.isRequested() ? cancelled() : status;
}

SANE_Status DeviceFrame::parameters(SANE_Parameters *parameters)
{
    auto known = frozen_ ? frozen_ : known_.parameters();
    if (!known) {
        const auto era = link_.era();
        encodeHandleRequest(link_.request(Command::get_parameters), Command::get_parameters, link_.handle());
        const auto reply = decodeGetParametersReply(link_.await(Command::get_parameters));
        if (reply.outcome.status != Status::good)
            return report("sane_get_parameters", reply.outcome);
        if (const auto *const fault = faultOf(reply.parameters))
            return refuseParameters("sane_get_parameters", fault);
        known = expected_ = reply.parameters;
        if (link_.tellsValues())
            known_.keepParameters(reply.parameters, era);
    }
    if (parameters)
        *parameters = toSane(*known);
    return SANE_STATUS_GOOD;
}

void DeviceFrame::forgetParameters() noexcept
{
    if (state_ != State::running)
        frozen_.reset();
    expected_.reset();
}

SANE_Status DeviceFrame::readUnstarted(std::span<std::byte> space, std::size_t &length)
{
    const auto max_bytes = static_cast<std::uint32_t>(std::min<std::size_t>(space.size(), DeviceLink::read_bytes));
    link_.sendRead(max_bytes);
    // Replies left over from a frame that has ended come first.
    for (;;) {
        const auto reply = decodeReadReply(link_.await(Command::read));
        if (link_.readsOutstanding() != 0)
            continue;
        if (reply.data.size() > max_bytes)
            throw ProtocolError("READ with more bytes than asked for");
        std::copy(reply.data.begin(), reply.data.end(), space.begin());
        length = reply.data.size();
        return report("sane_read", reply.outcome);
    }
}

SANE_Status DeviceFrame::readRunning(std::span<std::byte> space, std::size_t &length)
{
    for (;;) {
        if (cancel_.isRequested())
            return cancelled();
        length = image_.read(space);
        given_bytes_ += static_cast<std::int64_t>(length);
        if (length != 0)
            return SANE_STATUS_GOOD;
        if (end_) {
            state_ = State::ended;
            return report("sane_read", *end_);
        }
        topUpReads();
        if (!non_blocking_) {
            onRead(link_.await(Command::read), true);
        } else if (const auto reply = link_.pollRead()) {
            onRead(*reply, true);
        } else {
            return SANE_STATUS_GOOD;
        }
    }
}

SANE_Status DeviceFrame::read(std::span<std::byte> space, std::size_t &length)
{
    length = 0;
    switch (state_) {
    case State::idle:
        return readUnstarted(space, length);
    case State::running:
        return readRunning(space, length);
    case State::ended:
        return toSane(end_->status);
    case State::cancelled:
        return SANE_STATUS_CANCELLED;
    }
    return SANE_STATUS_INVAL;
}

SANE_Status DeviceFrame::cancelled() noexcept
{
    cancel();
    return SANE_STATUS_CANCELLED;
}

void DeviceFrame::cancel() noexcept
{
    cancel_.accept();
    if (!link_.isFrameOpen())
        return;
    state_ = State::cancelled;
    frozen_.reset();
    image_.drop(); // frees nothing: this may be a signal handler
    try {
        link_.abortFrame(std::exchange(device_, DeviceLink::Device::idle));
    } catch (const std::exception &error) {
        if (debug_)
            debug_(1, std::string("sane_cancel: ") + error.what());
    }
    // A second cancel that came meanwhile asked for what has just been done.
    cancel_.accept();
}

SANE_Status DeviceFrame::setNonBlocking(bool non_blocking)
{
    if (state_ != State::running && state_ != State::ended)
        return SANE_STATUS_INVAL;
    non_blocking_ = non_blocking;
    return SANE_STATUS_GOOD;
}

SANE_Status DeviceFrame::selectFd(SANE_Int &fd)
{
    if (state_ != State::running && state_ != State::ended)
        return SANE_STATUS_INVAL;
    if (!epoll_) {
        ready_.emplace();
        UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
        if (!epoll)
            throwErrno("make an epoll descriptor");
        addToEpoll(epoll.get(), ready_->get());
        addToEpoll(epoll.get(), link_.fd());
        epoll_ = std::move(epoll);
    }
    fd = epoll_.get();
    return SANE_STATUS_GOOD;
}

// Whether read() has something to say. Takes what has been received already, so that the answer is right.
bool DeviceFrame::isReady()
{
    while (state_ == State::running && !end_ && !image_.hasBytes()) {
        image_.detach();
        topUpReads();
        const auto reply = link_.pollRead();
        if (!reply)
            return false;
        onRead(*reply, true);
    }
    return state_ != State::idle;
}

void DeviceFrame::updateReady() noexcept
{
    if (!epoll_)
        return;
    bool ready = true; // an error is something to say too
    try {
        ready = link_.isLost() || isReady();
    } catch (const ProtocolError &error) {
        link_.session().fail(error.what());
    } catch (const std::exception &) { // the next read() meets it again and reports it
    }
    if (ready)
        ready_->wake();
    else
        ready_->clear();
}

} // namespace netsane
