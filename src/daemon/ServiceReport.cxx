#include "daemon/ServiceReport.hxx"

#include <utility>

namespace netsane {

ServiceReport::ServiceReport(EventLoop &loop, ServiceNotifier notifier, Describe describe, Milliseconds moment)
    : notifier_(std::move(notifier)),
      describe_(std::move(describe)),
      moment_(moment),
      status_timer_(loop, [this] { tellStatus(); }),
      alive_timer_(loop, [this] { tellAlive(); })
{
    tellAlive(); // the start may take its time, too
}

void ServiceReport::started()
{
    if (!notifier_.isActive())
        return;
    is_serving_ = true;
    told_ = text();
    notifier_.ready(told_);
}

void ServiceReport::reloading()
{
    is_serving_ = false;
    notifier_.reloading();
}

void ServiceReport::reloaded(const std::string &failure)
{
    failure_ = failure;
    started();
}

void ServiceReport::stopping()
{
    is_serving_ = false;
    status_timer_.cancel();
    notifier_.stopping("ending");
}

void ServiceReport::changed()
{
    if (is_due_ || !is_serving_ || !notifier_.isActive())
        return;
    is_due_ = true;
    status_timer_.schedule(moment_);
}

std::string ServiceReport::text() const
{
    return describe_() + (failure_.empty() ? "" : "; not reloaded, the old configuration stays: " + failure_);
}

void ServiceReport::tellStatus()
{
    is_due_ = false;
    if (!is_serving_) // a reload that ends will tell
        return;
    if (const std::string now = text(); std::exchange(told_, now) != now)
        notifier_.status(now);
}

void ServiceReport::tellAlive()
{
    if (notifier_.aliveInterval().count() == 0)
        return;
    notifier_.alive();
    alive_timer_.schedule(notifier_.aliveInterval());
}

} // namespace netsane
