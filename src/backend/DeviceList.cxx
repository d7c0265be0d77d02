#include "backend/DeviceList.hxx"

#include "backend/ServerSurvey.hxx"

#include <iterator>

namespace netsane {

void DeviceList::fill(std::vector<SurveyedServer> surveyed)
{
    entries_.clear();
    for (auto &server : surveyed)
        std::move(server.devices.begin(), server.devices.end(), std::back_inserter(entries_));
    publish();
}

void DeviceList::clear()
{
    entries_.clear();
    publish();
}

void DeviceList::publish()
{
    devices_.clear();
    pointers_.clear();
    for (const auto &entry : entries_)
        devices_.push_back({entry.name.c_str(), entry.vendor.c_str(), entry.model.c_str(), entry.type.c_str()});
    for (const auto &device : devices_)
        pointers_.push_back(&device);
    pointers_.push_back(nullptr);
}

} // namespace netsane
