#include "daemon/DeviceWatch.hxx"

#include "daemon/Log.hxx"

#include <utility>

namespace netsane {

DeviceWatch::DeviceWatch(EventLoop &loop, std::unique_ptr<HotplugSource> source, SettlingTimes times,
                         std::function<void()> on_hotplug, std::function<void()> on_period)
    : source_(std::move(source)),
      settling_(times),
      on_period_(std::move(on_period)),
      settled_(loop,
               [this, call = std::move(on_hotplug)] {
                   settling_.acted(EventLoop::now());
                   logDebug("devices have come or gone");
                   call();
               }),
      period_timer_(loop, [this] { periodEnds(); })
{
    if (!source_)
        return;
    watch_ = std::make_unique<FdWatch>(
        loop, source_->fd(), [this] { readable(); }, [] {});
}

DeviceWatch::~DeviceWatch() = default;

void DeviceWatch::start(std::optional<std::chrono::seconds> period)
{
    if (watch_)
        watch_->wantRead(true);
    period_ = period.value_or(usual_period);
    period_timer_.cancel();
    if (period_.count() != 0)
        period_timer_.schedule(period_);
}

void DeviceWatch::readable()
{
    if (source_->takeNews())
        settled_.schedule(settling_.happened(EventLoop::now()));
}

void DeviceWatch::periodEnds()
{
    period_timer_.schedule(period_);
    on_period_();
}

} // namespace netsane
