#include "device/DeviceChannel.hxx"

#include "device/CancelSignal.hxx"
#include "os/Error.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t receive_bytes = 16 * 1024;
constexpr std::size_t max_queued_bytes = 4U << 20;
// Partial data is sent when it is as old as this, well before the protocol's 100 ms.
constexpr auto partial_age = 20ms;
constexpr std::chrono::milliseconds look_again_first{20}; // for the first bytes of a block
constexpr std::chrono::milliseconds look_again_most{80};  // with partial_age what protocol.md §7.9 allows
// A call that returns soon by itself is not interrupted by a signal: it might be in the middle of malloc().
constexpr auto signal_delay = 50ms;
constexpr auto signal_again = 1s;
constexpr auto terminate_grace = 5s;

bool isPeerGone(const std::system_error &error) noexcept
{
    return error.code().value() == EPIPE || error.code().value() == ECONNRESET;
}

// What the backend takes only between two frames.
bool isFrameChange(const DeviceRequest &request) noexcept
{
    return request.command == Command::start ||
           (request.command == Command::control_option && request.control.action != Action::get);
}

std::size_t valueBytes(const DeviceRequest &request) noexcept
{
    return request.control.value.text.size() + request.control.value.words.size() * sizeof(std::uint32_t);
}

// Of a reply that has a status.
bool isGood(const ByteBuffer &reply)
{
    return toStatus(MessageReader(viewMessage(reply.data(), limits_after_login)).readUnsigned()) == Status::good;
}

} // namespace

DeviceChannel::DeviceChannel(UniqueFd channel, UniqueFd terminate, DeviceLink &link, const DeviceTimeouts &timeouts)
    : channel_(std::move(channel)),
      terminate_(std::move(terminate)),
      link_(link),
      timeouts_(timeouts),
      writer_(channel_.get()),
      decoder_(limits_after_login),
      look_again_(look_again_first)
{
}

int DeviceChannel::run() noexcept
{
    int exit_status = EXIT_SUCCESS;
    try {
        serve();
    } catch (const std::system_error &error) {
        if (!isPeerGone(error)) {
            std::fprintf(stderr, "netsaned-device: %s\n", error.what());
            exit_status = EXIT_FAILURE;
        }
    } catch (const ProtocolError &error) {
        std::fprintf(stderr, "netsaned-device: bad input from the session: %s\n", error.what());
        exit_status = EXIT_FAILURE;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "netsaned-device: %s\n", error.what());
        exit_status = EXIT_FAILURE;
    }
    shutDown();
    return exit_status;
}

void DeviceChannel::serve()
{
    while (waitForNews()) {
        signalIfDue();
        progress();
        endIfOverdue();
    }
}

// False at the end of the channel or when the main thread has finished.
bool DeviceChannel::waitForNews()
{
    pollfd watched[3] = {{channel_.get(), 0, 0}, {link_.wakeFd(), POLLIN, 0}, {terminate_.get(), POLLIN, 0}};
    if (queued_bytes_ < max_queued_bytes)
        watched[0].events |= POLLIN;
    if (!writer_.isIdle())
        watched[0].events |= POLLOUT;
    if (::poll(watched, 3, timeout()) < 0) {
        if (errno != EINTR)
            throwErrno("poll the device channel");
        return true;
    }
    if (watched[2].revents != 0)
        return false;
    if (watched[1].revents != 0) {
        link_.clearWake();
        if (link_.isFinished())
            return false;
    }
    if ((watched[0].revents & POLLIN) != 0)
        return receive();
    return (watched[0].revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

int DeviceChannel::timeout() const noexcept
{
    std::optional<Clock::time_point> due = partial_due_;
    for (const auto &other : {signal_due_, call_due_, abort_due_})
        if (other && (!due || *other < *due))
            due = other;
    if (!due)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1000));
}

bool DeviceChannel::receive()
{
    const auto room = decoder_.prepare(std::max(receive_bytes, decoder_.missingBytes()));
    const ssize_t received = ::recv(channel_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (received == 0)
        return false;
    if (received < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
            return true;
        throwErrno("receive from the device channel");
    }
    decoder_.commit(static_cast<std::size_t>(received));
    while (const auto message = decoder_.next())
        accept(*message);
    return true;
}

void DeviceChannel::accept(MessageView message)
{
    if (message.command == static_cast<std::uint32_t>(Command::hello) && !is_greeted_ && queue_.empty()) {
        const auto hello = decodeHello(message);
        with_descriptors_ = hello.announces(extension_descriptors);
        with_values_ = with_descriptors_ && hello.announces(extension_values);
        is_greeted_ = true;
        return;
    }
    auto request = decodeDeviceRequest(message);
    if (!outstanding_.hasRoom(request.command))
        throw ProtocolError("more requests outstanding than " + std::to_string(outstanding_.count()));
    is_greeted_ = true;
    request.with_descriptors = with_descriptors_;
    request.with_values = with_values_;
    if (request.command == Command::abort || request.command == Command::close)
        requestAbort(request);
    outstanding_.add(request.command);
    queued_bytes_ += valueBytes(request);
    queue_.push_back(std::move(request));
}

void DeviceChannel::popFront()
{
    outstanding_.remove(queue_.front().command);
    queued_bytes_ -= valueBytes(queue_.front());
    queue_.pop_front();
}

void DeviceChannel::requestAbort(DeviceRequest &request)
{
    cancelQueued();
    request.abort_until = link_.requestAbort();
    if (!abort_due_)
        abort_due_ = Clock::now() + std::chrono::seconds(timeouts_.close);
    signal_due_ = Clock::now() + signal_delay;
}

// What the main thread executes already keeps its own answer. OPEN and CLOS are not for ABRT to cancel: the client
// would take the handle for closed, or for open, when it is not. GOPT's reply has no status: cancelled, it would say
// that there is no such option.
void DeviceChannel::cancelQueued()
{
    const auto isCancellable = [](const DeviceRequest &request) {
        return request.command != Command::open && request.command != Command::close &&
               request.command != Command::abort && request.command != Command::get_option;
    };
    if (has_job_ && isCancellable(queue_.front()) && link_.withdrawJob())
        has_job_ = false;
    if (!has_job_)
        call_due_.reset();
    auto request = queue_.begin() + (has_job_ ? 1 : 0);
    for (; request != queue_.end(); ++request)
        request->is_cancelled = isCancellable(*request);
}

// What is due though nothing came: a second signal where the first one met the call before it blocked.
void DeviceChannel::signalIfDue()
{
    if (!signal_due_ || Clock::now() < *signal_due_)
        return;
    if (!link_.isInterrupted()) {
        signal_due_.reset();
    } else if (CancelSignal::isInside()) {
        CancelSignal::raise();
        signal_due_ = Clock::now() + signal_again;
    } else {
        signal_due_ = Clock::now() + signal_delay;
    }
}

void DeviceChannel::progress()
{
    partial_due_.reset();
    bool has_progress = true;
    while (has_progress) {
        has_progress = sending_bytes_ != 0 || !writer_.isIdle();
        // Replies gather in one write until there is data to go with them.
        while (writer_.messages().size() < receive_bytes && sending_bytes_ == 0 && !queue_.empty() && answerHead())
            has_progress = true;
        if (!writer_.flush())
            return;
        if (sending_bytes_ != 0)
            link_.consume(std::exchange(sending_bytes_, 0));
    }
}

// True when the first of the queue has been answered and taken out.
bool DeviceChannel::answerHead()
{
    auto &request = queue_.front();
    if (frame_ == FrameState::refused && request.command != Command::read)
        frame_ = FrameState::none;
    if (has_job_) {
        if (!takeResult(request))
            return false;
    } else if (request.is_cancelled) {
        encodeRefusal(writer_.messages(), request.command, {Status::cancelled, {}});
    } else if (request.abort_until > link_.abortsDone()) {
        return false;
    } else if (request.command == Command::abort) {
        frame_ = FrameState::none;
        encodeBare(writer_.messages(), Command::abort);
    } else if (request.command == Command::set_io_mode || request.command == Command::get_select_fd) {
        answerHere(request);
    } else if (request.command == Command::read && frame_ != FrameState::none) {
        if (!answerRead(request))
            return false;
    } else {
        const auto may_begin = isFrameChange(request) ? hasWholeFrame() : true;
        if (may_begin == true)
            postJob(request);
        if (may_begin != false)
            return false;
        refuseInFrame(request);
    }
    popFront();
    return true;
}

void DeviceChannel::answerHere(const DeviceRequest &request)
{
    Outcome outcome{Status::unsupported, {}};
    if (frame_ != FrameState::active)
        outcome.status = Status::invalid;
    else if (request.command == Command::set_io_mode && !request.non_blocking)
        outcome.status = Status::good;
    if (request.command == Command::set_io_mode)
        encodeOutcomeReply(writer_.messages(), Command::set_io_mode, outcome);
    else
        encodeSelectFdReply(writer_.messages(), outcome);
}

bool DeviceChannel::answerRead(const DeviceRequest &request)
{
    if (frame_ == FrameState::active) {
        const std::size_t wanted = std::min<std::size_t>(request.max_bytes, BlockQueue::block_bytes);
        const auto data = link_.frontData(wanted);
        if (!data.bytes.empty()) {
            look_again_ = look_again_first;
            const bool is_due = Clock::now() >= data.time + partial_age;
            if (data.bytes.size() < wanted && !data.is_complete && !is_due) {
                partial_due_ = data.time + partial_age;
                return false;
            }
            sending_bytes_ = std::min(data.bytes.size(), wanted);
            given_bytes_ += sending_bytes_;
            writer_.startData(data.bytes.first(sending_bytes_));
            return true;
        }
        if (!data.end) {
            partial_due_ = Clock::now() + look_again_; // nobody says when the first bytes come
            look_again_ = std::min(2 * look_again_, look_again_most);
            return false;
        }
        frame_ = FrameState::ended;
        frame_end_ = *data.end;
    }
    const bool is_refused = frame_ == FrameState::refused;
    encodeReadReply(writer_.messages(), {is_refused ? Outcome{Status::invalid, {}} : frame_end_, {}});
    return true;
}

// Whether all data of the client's frame has been given to it, for those requests that would spoil it. Nothing while
// only the backend knows, which is asked as if by a READ: the answer must not depend on how far ahead it has been read.
std::optional<bool> DeviceChannel::hasWholeFrame()
{
    if (frame_ != FrameState::active)
        return true;
    const bool is_given = frame_bytes_ && given_bytes_ >= *frame_bytes_;
    const auto data = link_.frontData(is_given ? 0 : 1);
    if (!data.bytes.empty())
        return false;
    if (is_given || data.end)
        return true;
    return std::nullopt;
}

void DeviceChannel::refuseInFrame(const DeviceRequest &request)
{
    const auto reason = request.command == Command::start ? "the frame before this one is still being read"
                                                          : "options can't be set while an image is being read";
    encodeRefusal(writer_.messages(), request.command, {Status::invalid, reason});
}

void DeviceChannel::postJob(DeviceRequest &request)
{
    request.frame_active = frame_ == FrameState::active;
    link_.postJob(request);
    has_job_ = true;
    if (request.command != Command::start && request.command != Command::read)
        call_due_ = Clock::now() + callTimeout();
}

bool DeviceChannel::takeResult(const DeviceRequest &request)
{
    auto result = link_.takeResult();
    if (!result)
        return false;
    has_job_ = false;
    call_due_.reset();
    if (request.command == Command::open && isGood(result->reply))
        outstanding_.allowManyReads();
    writer_.messages().append(result->reply.data());
    if (result->frame_change == DeviceLink::FrameChange::started) {
        frame_ = FrameState::active;
        given_bytes_ = 0;
        frame_bytes_ = result->frame_bytes;
    } else if (request.command == Command::start) {
        frame_ = FrameState::refused;
    } else if (result->frame_change == DeviceLink::FrameChange::left || request.command == Command::close ||
               (frame_ == FrameState::ended && isFrameChange(request))) {
        frame_ = FrameState::none;
    }
    return true;
}

// The main thread is in the backend's hands and can't be brought back from there; but for this thread nothing would
// end.
void DeviceChannel::endIfOverdue()
{
    if (!link_.isInterrupted())
        abort_due_.reset();
    const auto now = Clock::now();
    if (abort_due_ && now >= *abort_due_)
        giveUp("react to being cancelled");
    if (!call_due_ || now < *call_due_)
        return;
    const auto begin = link_.jobTakenAt().value_or(now); // now: what it waits for is a scan
    if (now >= begin + callTimeout())
        giveUp("answer");
    call_due_ = begin + callTimeout();
}

std::chrono::seconds DeviceChannel::callTimeout() const noexcept
{
    return std::chrono::seconds(queue_.front().command == Command::close ? timeouts_.close : timeouts_.call);
}

void DeviceChannel::giveUp(const char *what) noexcept
{
    // Not by stdio: the backend may be standing in it, with its lock.
    char text[80];
    const int length = std::snprintf(text, sizeof text, "netsaned-device: the device doesn't %s\n", what);
    pollfd log{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&log, 1, 0) == 1 && (log.revents & POLLOUT) != 0) [[maybe_unused]]
        const auto written = ::write(STDERR_FILENO, text, static_cast<std::size_t>(length));
    ::_exit(EXIT_FAILURE);
}

void DeviceChannel::shutDown()
{
    link_.quit();
    // The peer sees at once that nothing more comes, even while the device takes its time.
    ::shutdown(channel_.get(), SHUT_RDWR);
    auto deadline = Clock::now() + std::chrono::seconds(timeouts_.close);
    signal_due_ = Clock::now() + signal_delay;
    while (!link_.waitFinished(std::chrono::duration_cast<std::chrono::milliseconds>(signal_delay))) {
        signalIfDue();
        pollfd told_to_end{terminate_.get(), POLLIN, 0};
        if (::poll(&told_to_end, 1, 0) > 0)
            deadline = std::min(deadline, Clock::now() + terminate_grace);
        if (Clock::now() >= deadline)
            giveUp("react to being cancelled");
    }
}

} // namespace netsane
