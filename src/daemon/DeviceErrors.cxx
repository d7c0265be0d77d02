#include "daemon/DeviceErrors.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

void DeviceErrors::add(const std::string &device, std::string text, TimePoint now)
{
    if (errors_.size() >= max_devices && !errors_.contains(device))
        errors_.erase(std::min_element(errors_.begin(), errors_.end(), [](const auto &a, const auto &b) { //
            return a.second.at < b.second.at;
        }));
    errors_.insert_or_assign(device, Error{std::move(text), now});
}

const DeviceErrors::Error *DeviceErrors::find(const std::string &device) const
{
    const auto found = errors_.find(device);
    return found == errors_.end() ? nullptr : &found->second;
}

} // namespace netsane
