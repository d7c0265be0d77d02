// Decides who gets which device, starts device processes, knows who holds what.
//
// Owned by the supervisor; the only place where access rules are enforced. What the session process asks is answered
// through the two callbacks, from the loop or at once. A device has one holder at a time; the next one waits for a
// device that is just being closed.
#pragma once

#include "config/AccessRules.hxx"
#include "daemon/AuditLine.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/DeviceLister.hxx"
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
    };
    // nullptr when there is no such connection (any more).
    using FindClient = std::function<const Client *(ConnectionId)>;
    using SendOpenResult = std::function<void(const OpenResult &, UniqueFd channel)>;
    using SendDeviceList = std::function<void(const DeviceList &)>;

    struct Settings {
        ChildSpec device_program; // without --device or --list
        Milliseconds list_timeout;
        Milliseconds list_max_age;
    };

    DeviceBroker(EventLoop &loop, ChildReaper &reaper, Settings settings, AccessRules rules, FindClient find_client,
                 SendOpenResult send_open_result, SendDeviceList send_device_list);

    void setRules(AccessRules rules) { rules_ = std::move(rules); }

    // Makes the list before anybody asks.
    void prepareList() { lister_.refresh(); }

    // SANE's version code, or 0 as long as no list has come.
    std::uint32_t versionCode() const noexcept { return lister_.listing() ? lister_.listing()->version_code : 0; }

    void listDevices(ConnectionId connection);
    void openDevice(ConnectionId connection, DeviceKey key, const std::string &name);
    void closeDevice(ConnectionId connection, DeviceKey key);

    // For the audit log: what the session process says about a device that the connection holds.
    void scanEnded(ConnectionId connection, DeviceKey key, const ScanSummary &scan) const;

    // Everything that the connection holds or waits for ends.
    void connectionClosed(ConnectionId connection);

private:
    struct Holder {
        std::string device;
        pid_t pid;
        ConnectionId connection;
        DeviceKey key;
        std::string user; // "": not logged in
        std::string host; // "192.168.1.7"
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

    struct PendingList {
        ConnectionId connection;
        std::unique_ptr<Timer> patience; // then the old list is good enough
    };

    void listingDone();
    void sendList(ConnectionId connection);
    void tryOpen(PendingOpen open);
    void waitForHolder(PendingOpen open, const Holder &holder);
    void scheduleGrace();
    void lookAtHoldersAgain();
    std::optional<std::string> resolve(const std::string &name, const Client &client) const;
    void start(const PendingOpen &open, const std::string &device, const Client &client);
    static AuditLine audit(std::string_view event, std::string_view result, const Holder &holder);
    void deny(const PendingOpen &open, const std::string &device, const Client &client);
    void refuse(const PendingOpen &open, Status status, const std::string &reason);
    void refuse(const PendingOpen &open, Status status, const std::string &reason, std::string_view reason_for_log);
    void release(Holder &holder);
    void deviceExited(pid_t pid, int wait_status);
    bool mayList(const Client &client, const std::string &device) const;

    EventLoop &loop_;
    ChildReaper &reaper_;
    const Settings settings_;
    AccessRules rules_;
    const FindClient find_client_;
    const SendOpenResult send_open_result_;
    const SendDeviceList send_device_list_;
    DeviceLister lister_;
    std::list<Holder> holders_;
    std::list<Holder> lost_; // their process has ended, which the session process has still to hear
    std::list<PendingOpen> pending_opens_;
    Timer grace_timer_; // of the first of them whose grace ends
    std::list<PendingList> pending_lists_;
};

} // namespace netsane
