#include "device/SaneLibrary.hxx"

#include <bit>
#include <cstring>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 4096;
constexpr std::size_t max_devices = 128; // times four texts stays below a message's limit

std::string text(const char *string)
{
    return string ? std::string(string, ::strnlen(string, max_text_bytes)) : std::string();
}

} // namespace

Status fromSane(SANE_Status status) noexcept
{
    return toStatus(std::bit_cast<std::uint32_t>(status)); // it may be none of its type
}

SaneLibrary::SaneLibrary() noexcept
{
    SANE_Int version = 0;
    status_ = fromSane(sane_init(&version, nullptr));
    version_code_ = static_cast<std::uint32_t>(version);
}

SaneLibrary::~SaneLibrary()
{
    if (status_ == Status::good)
        sane_exit();
}

GetDevicesReply SaneLibrary::devices() const
{
    if (status_ != Status::good)
        return {{status_, "sane_init failed"}, {}};
    const SANE_Device **list = nullptr;
    GetDevicesReply reply;
    reply.outcome.status = fromSane(sane_get_devices(&list, SANE_FALSE));
    if (reply.outcome.status != Status::good || !list)
        return reply;
    for (; *list && reply.devices.size() < max_devices; ++list) {
        const SANE_Device &device = **list;
        DeviceEntry entry{text(device.name), text(device.vendor), text(device.model), text(device.type)};
        if (!entry.name.empty() && entry.name.size() <= max_device_name_bytes)
            reply.devices.push_back(std::move(entry));
    }
    return reply;
}

} // namespace netsane
