#include "device/DeviceWorker.hxx"

#include "device/CancelSignal.hxx"
#include "device/OptionControl.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "wire/WireLimits.hxx"

#include <algorithm>
#include <bit>
#include <chrono>

namespace netsane {

namespace {

constexpr std::chrono::milliseconds empty_read_pause{5};

constexpr std::uint32_t host_byte_order =
    std::endian::native == std::endian::little ? byte_order_little : byte_order_big;

std::optional<std::uint64_t> frameBytes(const Parameters &parameters)
{
    if (parameters.lines <= 0 || parameters.bytes_per_line <= 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(parameters.lines) * static_cast<std::uint64_t>(parameters.bytes_per_line);
}

} // namespace

void DeviceWorker::run()
{
    for (;;) {
        switch (link_.next(reading())) {
        case DeviceLink::Task::job:
            execute(link_.takeJob());
            break;
        case DeviceLink::Task::read:
            readAhead();
            break;
        case DeviceLink::Task::abort:
            abort();
            break;
        case DeviceLink::Task::quit:
            stop();
            return handle_.close();
        }
    }
}

void DeviceWorker::execute(const DeviceRequest &request)
{
    DeviceLink::Result result;
    if (request.command == Command::open)
        open(request, result.reply);
    else if (!handle_.isOpen())
        encodeRefusal(result.reply, request.command, {Status::invalid, "no device is open"});
    else if (request.command == Command::close)
        close(result.reply);
    else if (request.command == Command::get_option)
        getOption(request, result.reply);
    else if (request.command == Command::control_option)
        controlOption(request, result);
    else if (request.command == Command::get_parameters)
        getParameters(request, result.reply);
    else if (request.command == Command::start)
        start(result);
    else
        readDirectly(request, result.reply);
    link_.finishJob(std::move(result));
}

void DeviceWorker::open(const DeviceRequest &request, ByteBuffer &reply)
{
    OpenReply opened;
    if (was_opened_)
        opened.outcome = {Status::invalid, "the device was opened before"};
    else if (!refusal_.empty())
        opened.outcome = {Status::invalid, refusal_};
    else if (library_.status() != Status::good)
        opened.outcome = {library_.status(), "sane_init failed"};
    else
        opened.outcome = handle_.open(library_, device_);
    if (opened.outcome.status == Status::good) {
        was_opened_ = true;
        options_.load(handle_.get());
        opened.handle.assign(channel_handle.begin(), channel_handle.end());
        if (request.with_descriptors && options_.fitsMessage())
            opened.descriptors = options_.all();
        options_.takeChanged();
        // fitsMessage() leaves room for more than values may take in all.
        if (request.with_values && opened.descriptors)
            opened.told = tell();
    }
    encodeOpenReply(reply, opened);
}

void DeviceWorker::close(ByteBuffer &reply)
{
    // The I/O thread asked for an abort before it handed this over, so nothing runs.
    handle_.close();
    encodeBare(reply, Command::close);
}

void DeviceWorker::getOption(const DeviceRequest &request, ByteBuffer &reply)
{
    encodeGetOptionReply(reply, options_.refresh(handle_.get(), request.control.option));
    options_.noteSaid(request.control.option);
    if (reply.size() > static_cast<std::size_t>(max_option_bytes)) {
        reply.clear();
        encodeGetOptionReply(reply, nullptr);
    }
}

ToldState DeviceWorker::tell()
{
    ToldState state;
    state.values = told_.takeNews(handle_.get(), options_);
    state.status = Status::good;
    if (const auto parameters = handle_.parameters(state.status))
        state.parameters = *parameters;
    return state;
}

// What an option that was set has done to others.
void DeviceWorker::tellNews(const ControlOptionRequest &control, ControlOptionReply &reply)
{
    if (reply.value)
        told_.note(options_, control.option, *reply.value);
    if (control.action == Action::get)
        return;
    auto &news = reply.news.emplace();
    for (const auto option : options_.takeChanged()) {
        news.descriptors.push_back({option, *options_.find(option)});
        told_.forget(option);
    }
    news.told = tell();
}

DeviceLink::Reading DeviceWorker::reading() const noexcept
{
    if (!is_reading_)
        return DeviceLink::Reading::none;
    return frame_bytes_left_ == 0U ? DeviceLink::Reading::on_demand : DeviceLink::Reading::ahead;
}

void DeviceWorker::controlOption(const DeviceRequest &request, DeviceLink::Result &result)
{
    auto controlled = netsane::controlOption(handle_.get(), options_, request.control,
                                             request.with_descriptors && !request.with_values);
    const bool is_good = controlled.outcome.status == Status::good;
    if (request.control.action != Action::get && is_good) {
        is_reading_ = false;
        result.frame_change = DeviceLink::FrameChange::left;
    }
    if (request.with_values && is_good)
        tellNews(request.control, controlled);
    encodeControlOptionReply(result.reply, controlled);
    if (controlled.news && result.reply.size() > limits_after_login.max_message_bytes) {
        controlled.news.reset(); // then the client knows nothing any more
        told_.clear();
        result.reply.clear();
        encodeControlOptionReply(result.reply, controlled);
    }
}

void DeviceWorker::getParameters(const DeviceRequest &request, ByteBuffer &reply)
{
    GetParametersReply answered;
    if (request.frame_active && frame_parameters_)
        answered.parameters = *frame_parameters_;
    else if (const auto parameters = handle_.parameters(answered.outcome.status))
        answered.parameters = *parameters;
    encodeGetParametersReply(reply, answered);
}

void DeviceWorker::start(DeviceLink::Result &result)
{
    StartReply started;
    is_reading_ = false;
    told_.clear();
    result.frame_change = DeviceLink::FrameChange::left;
    {
        const CancelSignal::Scope scope(handle_.get());
        started.outcome.status = link_.isInterrupted() ? Status::cancelled : handle_.start();
    }
    const bool is_good = started.outcome.status == Status::good;
    if (is_good && link_.isInterrupted()) {
        // The abort that waits stops what was started just now.
        started.outcome.status = Status::cancelled;
    } else if (is_good) {
        auto status = Status::good;
        frame_parameters_ = handle_.parameters(status);
        started.parameters = frame_parameters_;
        started.byte_order = host_byte_order;
        frame_bytes_left_ = frame_parameters_ ? frameBytes(*frame_parameters_) : std::nullopt;
        link_.beginFrame();
        is_reading_ = true;
        result.frame_change = DeviceLink::FrameChange::started;
        result.frame_bytes = frame_bytes_left_;
    }
    encodeStartReply(result.reply, started);
}

void DeviceWorker::readDirectly(const DeviceRequest &request, ByteBuffer &reply)
{
    direct_buffer_.resize(std::min<std::size_t>(request.max_bytes, BlockQueue::block_bytes));
    std::size_t length = 0;
    auto status = Status::good;
    while (status == Status::good && length == 0) {
        {
            const CancelSignal::Scope scope(handle_.get());
            if (!link_.isInterrupted())
                status = handle_.read(direct_buffer_, length);
        }
        if (link_.isInterrupted())
            status = Status::cancelled;
        else if (status == Status::good && length == 0)
            link_.pause(empty_read_pause);
    }
    encodeReadReply(reply, {{status, {}}, std::span(direct_buffer_).first(length)});
}

void DeviceWorker::readAhead()
{
    const auto room = link_.room();
    std::size_t length = 0;
    auto status = Status::good;
    {
        const CancelSignal::Scope scope(handle_.get());
        if (!link_.isInterrupted())
            status = handle_.read(room, length);
    }
    if (link_.isInterrupted())
        return;
    if (status != Status::good) {
        is_reading_ = false;
        link_.endFrame({status, {}});
    } else if (length != 0) {
        if (frame_bytes_left_)
            *frame_bytes_left_ -= std::min<std::uint64_t>(*frame_bytes_left_, length);
        link_.commit(length, frame_bytes_left_ == 0U);
    } else {
        link_.pause(empty_read_pause);
    }
}

void DeviceWorker::abort()
{
    const auto count = link_.abortsWanted();
    stop();
    link_.finishAborts(count);
}

void DeviceWorker::stop() noexcept
{
    is_reading_ = false;
    told_.clear();
    if (handle_.isOpen())
        handle_.cancel();
}

} // namespace netsane
