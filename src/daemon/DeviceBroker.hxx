// Decides who gets which device, starts device processes, knows who holds what.
//
// Owned by the supervisor; the only place where access rules are enforced. What the session process asks is answered
// through the two callbacks, from the loop or at once. A device has one holder at a time; the next one waits for a
// device that is just being closed.
#pragma once

#include "config/AccessRules.hxx"
#include "daemon/AuditLine.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/DeviceErrors.hxx"
#include "daemon/DeviceLister.hxx"
#include "daemon/DevicePool.hxx"
#include "daemon/HolderGrace.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/Peer.hxx"

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

class DeviceBroker {
public:
    // Who asks: the supervisor's knowledge about a connection, not the session process's.
    struct Client {
        Peer peer;
        std::optional<std::string> user = {};
        std::string crypt = "none"; // what the session process says of it, for the log
        TimePoint since = {};
    };
    // nullptr when there is no such connection (any more).
    using FindClient = std::function<const Client *(ConnectionId)>;
    using SendOpenResult = std::function<void(const OpenResult &, UniqueFd channel)>;
    using SendDeviceList = std::function<void(const DeviceList &)>;

    struct Settings {
        ChildSpec device_program; // without --wait or --list
        std::size_t warm;         // processes that wait for a device
        Milliseconds process_timeout;
        Milliseconds close_timeout; // that the device process allows itself
        Milliseconds list_timeout;
        Milliseconds list_max_age;
        std::size_t max_devices_per_user; // held at once; of those who aren't logged in: per host
    };

    DeviceBroker(EventLoop &loop, ChildReaper &reaper, Settings settings, AccessRules rules, FindClient find_client,
                 SendOpenResult send_open_result, SendDeviceList send_device_list);

    void setRules(AccessRules rules) { rules_ = std::move(rules); }

    // Makes the list, and has a device process ready, before anybody asks.
    void prepare();

    // All that is known of devices is asked for anew, by processes as they are described now.
    void configure(Settings settings);

    // Devices have come or gone.
    void devicesChanged();

    // It is time to look whether they have.
    void refreshList() { lister_.refresh(); }

    // No process is started any more for nobody; a listing that runs is ended.
    void stop()
    {
        lister_.stop();
        pool_.stop();
    }

    // SANE's version code, or 0 as long as no list has come.
    std::uint32_t versionCode() const noexcept { return lister_.listing() ? lister_.listing()->version_code : 0; }

    // Held by somebody, without those that are just being closed.
    std::size_t devicesInUse() const noexcept;

    // What the status tells of a device that was listed or is held.
    struct HolderState {
        ConnectionId connection = 0;
        std::string user; // "": not logged in
        std::string host;
        TimePoint since;
        pid_t process = 0;
        bool closing = false;
    };
    struct DeviceState {
        DeviceEntry device;
        bool listed = false;
        std::optional<HolderState> holder;
        const DeviceErrors::Error *last_error = nullptr; // valid until the next change
    };
    struct ListState {
        std::optional<TimePoint> made_at; // nothing: none has come
        bool running = false;
        std::string failure; // of the last listing
    };
    std::vector<DeviceState> deviceStates() const;
    ListState listState() const;
    DevicePool::Counts processCounts() const noexcept { return pool_.counts(); }
    std::size_t opensWaiting() const noexcept { return pending_opens_.size(); }
    // Of a connection, without those that are just being closed.
    std::vector<std::string> devicesHeldBy(ConnectionId connection) const;

    void listDevices(ConnectionId connection);
    void openDevice(ConnectionId connection, DeviceKey key, const std::string &name);
    void closeDevice(ConnectionId connection, DeviceKey key);

    // For the audit log: what the session process says about a device that the connection holds.
    void scanEnded(ConnectionId connection, DeviceKey key, const ScanSummary &scan);

    // Everything that the connection holds or waits for ends.
    void connectionClosed(ConnectionId connection);

private:
    struct Holder {
        std::string device;
        DevicePool::Ticket process;
        ConnectionId connection;
        DeviceKey key;
        std::string user;           // "": not logged in
        std::string host;           // "192.168.1.7"
        std::string limit_key;      // of that host, for limits
        Milliseconds close_timeout; // that its process was given
        TimePoint since;
        bool closing = false;
    };

    // An OPEN that can't be answered yet.
    struct PendingOpen {
        ConnectionId connection;
        DeviceKey key;
        std::string name;
        std::string waits_for_device; // empty: waits for the list
        bool list_refreshed = false;
        HolderGrace grace{};
    };

    static DevicePool::Settings poolSettings(const Settings &settings);
    void listingDone();
    void sendList(ConnectionId connection);
    void tryOpen(PendingOpen open);
    void waitForList(PendingOpen open);
    void waitForHolder(PendingOpen open, const Holder &holder);
    void scheduleGrace();
    void lookAtHoldersAgain();
    template<typename MayBeDecided>
    void tryAgain(MayBeDecided may_be_decided);
    std::optional<std::string> resolve(const std::string &name, const Client &client) const;
    std::size_t held(const Client &client) const;
    void start(const PendingOpen &open, const std::string &device, const Client &client);
    static AuditLine audit(std::string_view event, std::string_view result, const Holder &holder);
    void deny(const PendingOpen &open, const std::string &device, const Client &client);
    void refuse(const PendingOpen &open, Status status, const std::string &reason);
    void refuse(const PendingOpen &open, Status status, const std::string &reason, std::string_view reason_for_log);
    void release(Holder &holder);
    void deviceExited(DevicePool::Ticket process, int wait_status);
    bool mayList(const Client &client, const std::string &device) const;

    Settings settings_;
    AccessRules rules_;
    const FindClient find_client_;
    const SendOpenResult send_open_result_;
    const SendDeviceList send_device_list_;
    DeviceLister lister_;
    DevicePool pool_;
    std::uint32_t told_version_code_ = 0; // to the session process
    std::list<Holder> holders_;
    std::list<Holder> lost_; // their process has ended, which the session process has still to hear
    std::list<PendingOpen> pending_opens_;
    DeviceErrors errors_;
    std::vector<ConnectionId> pending_lists_; // as long as there is no list at all
    Timer grace_timer_;                       // of the first of them whose grace ends
};

} // namespace netsane
