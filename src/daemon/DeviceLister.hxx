// The list of devices: asked for by a short-lived process, kept, refreshed when somebody wants it fresher.
//
// Owned by the DeviceBroker. A listing that hangs is killed after its timeout and the old list stays.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "event/Watch.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace netsane {

struct DeviceListing {
    std::uint32_t version_code = 0;
    std::vector<DeviceEntry> devices;
    TimePoint made_at;
};

class DeviceLister {
public:
    // What the device list's messages may take: a packet between processes has to hold all of it and more.
    static constexpr std::size_t max_list_bytes = 100 * 1024;

    // Takes out devices with names that can't be opened (none, too long, control characters) or texts as long, and
    // those at the end that are over max_list_bytes in all. Returns how many.
    static std::size_t dropUnusable(std::vector<DeviceEntry> &devices);

    // on_done: called after each attempt, good or bad.
    DeviceLister(EventLoop &loop, ChildReaper &reaper, ChildSpec spec, Milliseconds timeout,
                 std::function<void()> on_done);

    // For the listings to come.
    void configure(ChildSpec spec, Milliseconds timeout);

    // Starts a listing unless one is running.
    void refresh();
    // The same, but what is running may have looked too early: then there is another one behind it.
    void renew();
    // No listing is started any more, and one that is running ends at once.
    void stop();
    bool isRunning() const noexcept { return run_ != nullptr; }

    // Nothing until one has succeeded; empty() is a list without devices.
    const std::optional<DeviceListing> &listing() const noexcept { return listing_; }
    bool isOlderThan(Milliseconds age) const;
    // Why the last attempt came to nothing; "" if it didn't.
    const std::string &failure() const noexcept { return failure_; }

private:
    // A listing in progress.
    struct Run {
        pid_t pid = -1;
        UniqueFd socket;
        FrameDecoder decoder{limits_after_login};
        DeviceListing listing;
        bool version_seen = false;
        std::unique_ptr<FdWatch> watch;
        std::unique_ptr<Timer> timer;
    };

    void readable();
    void take(MessageView message);
    void finish(const std::string &failure);

    EventLoop &loop_;
    ChildReaper &reaper_;
    ChildSpec spec_;
    Milliseconds timeout_;
    const std::function<void()> on_done_;
    std::optional<DeviceListing> listing_;
    std::string failure_;
    std::unique_ptr<Run> run_;
    bool again_ = false; // once this one is over
    bool stopped_ = false;
};

} // namespace netsane
