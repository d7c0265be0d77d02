#include "device/DeviceLink.hxx"

#include "os/Error.hxx"

#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace netsane {

DeviceLink::DeviceLink() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!wake_fd_)
        throwErrno("make an eventfd");
}

void DeviceLink::wake() noexcept
{
    const std::uint64_t one = 1;
    // It can only fail when the counter is full, and then it is readable.
    [[maybe_unused]] const auto written = ::write(wake_fd_.get(), &one, sizeof one);
}

void DeviceLink::clearWake() noexcept
{
    std::uint64_t count;
    [[maybe_unused]] const auto read_bytes = ::read(wake_fd_.get(), &count, sizeof count);
}

bool DeviceLink::hasTask(Reading reading) const noexcept
{
    if (quit_ || aborts_wanted_ != aborts_done_ || job_)
        return true;
    if (reading == Reading::on_demand)
        return wake_at_bytes_ != 0;
    return reading == Reading::ahead && blocks_.hasRoom();
}

DeviceLink::Task DeviceLink::next(Reading reading)
{
    std::unique_lock lock(mutex_);
    while (!hasTask(reading)) {
        waits_for_ = reading;
        main_news_.wait(lock);
    }
    waits_for_ = Reading::none;
    if (quit_)
        return Task::quit;
    if (aborts_wanted_ != aborts_done_)
        return Task::abort;
    return job_ ? Task::job : Task::read;
}

void DeviceLink::pause(std::chrono::milliseconds timeout)
{
    std::unique_lock lock(mutex_);
    main_news_.wait_for(lock, timeout, [this] { return hasTask(Reading::none); });
}

DeviceRequest DeviceLink::takeJob()
{
    const std::lock_guard lock(mutex_);
    job_taken_at_ = std::chrono::steady_clock::now();
    return *std::exchange(job_, std::nullopt);
}

void DeviceLink::finishJob(Result result)
{
    const std::lock_guard lock(mutex_);
    result_ = std::move(result);
    wake();
}

std::uint64_t DeviceLink::abortsWanted()
{
    const std::lock_guard lock(mutex_);
    return aborts_wanted_;
}

void DeviceLink::finishAborts(std::uint64_t count)
{
    const std::lock_guard lock(mutex_);
    aborts_done_ = count;
    interrupted_ = quit_ || aborts_done_ != aborts_wanted_;
    wake();
}

void DeviceLink::beginFrame()
{
    const std::lock_guard lock(mutex_);
    blocks_.clear();
    frame_end_.reset();
    is_last_read_ = false;
    wake_at_bytes_ = 0;
}

std::span<std::byte> DeviceLink::room()
{
    const std::lock_guard lock(mutex_);
    return blocks_.room();
}

void DeviceLink::commit(std::size_t length, bool is_last)
{
    const std::lock_guard lock(mutex_);
    blocks_.commit(length, BlockQueue::Clock::now());
    is_last_read_ = is_last;
    if (wake_at_bytes_ == 0)
        return;
    if (blocks_.front().size() < wake_at_bytes_ && !blocks_.isFrontComplete() && !is_last)
        return;
    wake_at_bytes_ = 0;
    wake();
}

void DeviceLink::endFrame(Outcome outcome)
{
    const std::lock_guard lock(mutex_);
    frame_end_ = std::move(outcome);
    wake_at_bytes_ = 0;
    wake();
}

void DeviceLink::finish()
{
    const std::lock_guard lock(mutex_);
    finished_ = true;
    finish_news_.notify_all();
    wake();
}

void DeviceLink::postJob(DeviceRequest job)
{
    const std::lock_guard lock(mutex_);
    job_ = std::move(job);
    job_taken_at_.reset();
    main_news_.notify_one();
}

bool DeviceLink::withdrawJob()
{
    const std::lock_guard lock(mutex_);
    return std::exchange(job_, std::nullopt).has_value();
}

std::optional<DeviceLink::Result> DeviceLink::takeResult()
{
    const std::lock_guard lock(mutex_);
    return std::exchange(result_, std::nullopt);
}

std::uint64_t DeviceLink::requestAbort()
{
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    main_news_.notify_one();
    return ++aborts_wanted_;
}

std::optional<std::chrono::steady_clock::time_point> DeviceLink::jobTakenAt()
{
    const std::lock_guard lock(mutex_);
    return job_taken_at_;
}

std::uint64_t DeviceLink::abortsDone()
{
    const std::lock_guard lock(mutex_);
    return aborts_done_;
}

DeviceLink::FrontData DeviceLink::frontData(std::size_t wanted)
{
    const std::lock_guard lock(mutex_);
    FrontData data;
    data.bytes = blocks_.front();
    data.is_complete = blocks_.isFrontComplete() || frame_end_ || (is_last_read_ && !data.bytes.empty());
    data.time = blocks_.frontTime();
    if (data.bytes.empty())
        data.end = frame_end_;
    wake_at_bytes_ = data.is_complete || data.bytes.size() >= wanted ? 0 : wanted;
    if (wake_at_bytes_ != 0 && waits_for_ == Reading::on_demand)
        main_news_.notify_one();
    return data;
}

void DeviceLink::consume(std::size_t length)
{
    const std::lock_guard lock(mutex_);
    blocks_.consume(length);
    if (waits_for_ == Reading::ahead && blocks_.hasRoom())
        main_news_.notify_one();
}

void DeviceLink::quit()
{
    const std::lock_guard lock(mutex_);
    quit_ = true;
    interrupted_ = true;
    main_news_.notify_one();
}

bool DeviceLink::isFinished()
{
    const std::lock_guard lock(mutex_);
    return finished_;
}

bool DeviceLink::waitFinished(std::chrono::milliseconds timeout)
{
    std::unique_lock lock(mutex_);
    return finish_news_.wait_for(lock, timeout, [this] { return finished_; });
}

} // namespace netsane
