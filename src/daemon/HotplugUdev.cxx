// HotplugSource through udev, in the supervisor: it lives as long as the daemon, it starts the processes that have to
// know, and no other process need get a netlink socket. What comes there is from this host's udevd alone, as libudev
// makes sure by the sender's credentials, and nothing of it is used but that something has happened.
#include "daemon/HotplugSource.hxx"

#include <cerrno>
#include <libudev.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

struct Unref {
    void operator()(udev *context) const noexcept { udev_unref(context); }
    void operator()(udev_monitor *monitor) const noexcept { udev_monitor_unref(monitor); }
    void operator()(udev_device *device) const noexcept { udev_device_unref(device); }
};

class UdevSource final : public HotplugSource {
public:
    explicit UdevSource(std::unique_ptr<udev_monitor, Unref> monitor) noexcept : monitor_(std::move(monitor)) {}

    int fd() const noexcept override { return udev_monitor_get_fd(monitor_.get()); }

    bool takeNews() noexcept override
    {
        bool news = false;
        for (;;) {
            errno = 0;
            const std::unique_ptr<udev_device, Unref> device{udev_monitor_receive_device(monitor_.get())};
            if (!device)
                return news || errno == ENOBUFS; // the kernel has dropped some, whatever they were
            // The others can come of a backend's own doing, while it lists.
            const char *const action = udev_device_get_action(device.get());
            news = news || (action && (action == std::string_view("add") || action == std::string_view("remove")));
        }
    }

private:
    const std::unique_ptr<udev_monitor, Unref> monitor_;
};

} // namespace

std::unique_ptr<HotplugSource> openHotplugSource() noexcept
{
    // A socket can be had in a container too, but nobody sends there.
    if (::access("/run/udev/control", F_OK) != 0)
        return nullptr;
    const std::unique_ptr<udev, Unref> context{udev_new()};
    std::unique_ptr<udev_monitor, Unref> monitor{context ? udev_monitor_new_from_netlink(context.get(), "udev")
                                                         : nullptr}; // it keeps the context
    if (!monitor || udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "usb", "usb_device") < 0 ||
        udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "scsi_generic", nullptr) < 0 ||
        udev_monitor_enable_receiving(monitor.get()) < 0)
        return nullptr;
    return std::make_unique<UdevSource>(std::move(monitor));
}

} // namespace netsane
