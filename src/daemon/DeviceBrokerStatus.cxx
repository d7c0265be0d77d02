// DeviceBroker, continued: what the status tells of it.

#include "daemon/DeviceBroker.hxx"

#include <algorithm>

namespace netsane {

std::vector<DeviceBroker::DeviceState> DeviceBroker::deviceStates() const
{
    std::vector<DeviceState> states;
    if (const auto &listing = lister_.listing())
        for (const auto &device : listing->devices)
            states.push_back({device, true, {}, errors_.find(device.name)});
    for (const auto &holder : holders_) {
        auto state = std::find_if(states.begin(), states.end(),
                                  [&](const DeviceState &entry) { return entry.device.name == holder.device; });
        if (state == states.end()) {
            DeviceEntry unlisted;
            unlisted.name = holder.device;
            state = states.insert(states.end(), {std::move(unlisted), false, {}, errors_.find(holder.device)});
        }
        state->holder = {holder.connection, holder.user, holder.host, holder.since, pool_.process(holder.process),
                         holder.closing};
    }
    return states;
}

DeviceBroker::ListState DeviceBroker::listState() const
{
    ListState state;
    if (const auto &listing = lister_.listing())
        state.made_at = listing->made_at;
    state.running = lister_.isRunning();
    state.failure = lister_.failure();
    return state;
}

std::vector<std::string> DeviceBroker::devicesHeldBy(ConnectionId connection) const
{
    std::vector<std::string> names;
    for (const auto &holder : holders_)
        if (holder.connection == connection && !holder.closing)
            names.push_back(holder.device);
    return names;
}

} // namespace netsane
