// Says when this host's devices may be others than before: soon after the system has told of one that came or went,
// and after some time, as it doesn't tell of those in the network.
//
// Owned by the supervisor. Sleeps while nothing happens.
#pragma once

#include "daemon/HotplugSource.hxx"
#include "daemon/Settling.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <memory>
#include <optional>

namespace netsane {

class DeviceWatch {
public:
    // A device makes several events, and is usable by the time of the last; one that comes and goes for ever must not
    // keep this host listing.
    static constexpr SettlingTimes usual_times{Milliseconds(1000), Milliseconds(5000), Milliseconds(10000)};
    static constexpr std::chrono::seconds usual_period{300};

    // source: may be null. on_hotplug: devices have come or gone; on_period: it is time to look. Both from the loop.
    DeviceWatch(EventLoop &loop, std::unique_ptr<HotplugSource> source, SettlingTimes times,
                std::function<void()> on_hotplug, std::function<void()> on_period);
    ~DeviceWatch();

    // Zero: no period. Nothing: the usual one.
    void start(std::optional<std::chrono::seconds> period);

private:
    void readable();
    void periodEnds();

    std::unique_ptr<HotplugSource> source_;
    Settling settling_;
    const std::function<void()> on_period_;
    Milliseconds period_{0};
    Timer settled_;
    Timer period_timer_;
    std::unique_ptr<FdWatch> watch_;
};

} // namespace netsane
