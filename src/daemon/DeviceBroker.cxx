#include "daemon/DeviceBroker.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"
#include "session/StatusText.hxx"

#include <algorithm>
#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds close_grace{5000}; // beyond what the process allows itself
constexpr Milliseconds fresh_enough{1000};
constexpr std::size_t max_lost = 64; // a session process that never closes them is none to wait for

ChildSpec withArguments(ChildSpec spec, std::initializer_list<std::string> arguments)
{
    spec.arguments.insert(spec.arguments.end(), arguments);
    return spec;
}

std::string describe(const std::string &user, const std::string &host)
{
    return (user.empty() ? std::string("somebody") : user) + " from " + host;
}

// As in the audit log: the frame was delivered to its end, or why it wasn't.
std::string_view resultOf(Status status) noexcept
{
    switch (status) {
    case Status::good:
    case Status::eof:
        return "complete";
    case Status::cancelled:
        return "cancelled";
    default:
        return "failed";
    }
}

} // namespace

DeviceBroker::DeviceBroker(EventLoop &loop, ChildReaper &reaper, Settings settings, AccessRules rules,
                           FindClient find_client, SendOpenResult send_open_result, SendDeviceList send_device_list)
    : settings_(std::move(settings)),
      rules_(std::move(rules)),
      find_client_(std::move(find_client)),
      send_open_result_(std::move(send_open_result)),
      send_device_list_(std::move(send_device_list)),
      lister_(loop, reaper, withArguments(settings_.device_program, {"--list"}), settings_.list_timeout,
              [this] { listingDone(); }),
      pool_(loop, reaper, poolSettings(settings_)),
      grace_timer_(loop, [this] { lookAtHoldersAgain(); })
{
}

DevicePool::Settings DeviceBroker::poolSettings(const Settings &settings)
{
    return {withArguments(settings.device_program, {"--wait"}), settings.warm, settings.process_timeout};
}

void DeviceBroker::configure(Settings settings)
{
    settings_ = std::move(settings);
    lister_.configure(withArguments(settings_.device_program, {"--list"}), settings_.list_timeout);
    pool_.replace(poolSettings(settings_));
    lister_.renew();
}

void DeviceBroker::prepare()
{
    lister_.refresh();
    pool_.prepare();
}

void DeviceBroker::devicesChanged()
{
    lister_.renew();
    pool_.replace();
}

// --- the list -------------------------------------------------------------------------------------------------

// The list that there is, at once: the next one is for who asks next.
void DeviceBroker::listDevices(ConnectionId connection)
{
    if (lister_.listing())
        sendList(connection);
    else
        pending_lists_.push_back(connection);
    if (lister_.isOlderThan(settings_.list_max_age))
        lister_.refresh();
}

bool DeviceBroker::mayList(const Client &client, const std::string &device) const
{
    if (client.user)
        return rules_.decide(client.user, client.peer.address, device);
    return rules_.outlook(client.peer.address, device) != Outlook::never;
}

void DeviceBroker::sendList(ConnectionId connection)
{
    const Client *const client = find_client_(connection);
    if (!client)
        return;
    DeviceList list{connection, 0, {}}; // the version code is told when it is another one, to all connections
    if (const auto &listing = lister_.listing()) {
        for (const auto &device : listing->devices)
            if (mayList(*client, device.name))
                list.reply.devices.push_back(device);
    } else {
        list.reply.outcome = {Status::io_error, "the devices could not be listed"};
    }
    send_device_list_(list);
}

void DeviceBroker::listingDone()
{
    // Telling concerns every connection, so it is done only when there is news.
    if (std::exchange(told_version_code_, versionCode()) != versionCode())
        send_device_list_({0, versionCode(), {}});
    const auto lists = std::exchange(pending_lists_, {});
    for (const auto connection : lists)
        sendList(connection);
    // Another one behind it means that this one may have looked too early.
    if (!lister_.isRunning())
        tryAgain([](const PendingOpen &open) { return open.waits_for_device.empty(); });
}

// Those OPENs that may be decided now; the others go on waiting, in their order.
template<typename MayBeDecided>
void DeviceBroker::tryAgain(MayBeDecided may_be_decided)
{
    auto opens = std::exchange(pending_opens_, {});
    for (auto &open : opens) {
        if (!may_be_decided(open)) {
            pending_opens_.push_back(std::move(open));
            continue;
        }
        open.waits_for_device.clear();
        tryOpen(std::move(open));
    }
}

// --- opening --------------------------------------------------------------------------------------------------

void DeviceBroker::openDevice(ConnectionId connection, DeviceKey key, const std::string &name)
{
    tryOpen({connection, key, name, {}, false});
}

// The device's full name in the list, or nothing if there is none like it. "" is the first device that the client may
// have, the name of a backend alone its first device.
std::optional<std::string> DeviceBroker::resolve(const std::string &name, const Client &client) const
{
    const bool whole_name = name.find(':') != std::string::npos;
    for (const auto &device : lister_.listing()->devices) {
        if (name.empty() ? mayList(client, device.name)
                         : device.name == name || (!whole_name && device.name.starts_with(name + ":")))
            return device.name;
    }
    return std::nullopt;
}

void DeviceBroker::tryOpen(PendingOpen open)
{
    const Client *const client = find_client_(open.connection);
    if (!client)
        return;
    if (!lister_.listing() && !open.list_refreshed)
        return waitForList(std::move(open));
    if (!lister_.listing())
        return refuse(open, Status::io_error, "the devices could not be listed");

    const auto resolved = resolve(open.name, *client);
    const std::string &device = resolved ? *resolved : open.name;
    if (!rules_.decide(client->user, client->peer.address, device))
        return deny(open, device, *client);
    const auto holder =
        std::find_if(holders_.begin(), holders_.end(), [&](const Holder &entry) { return entry.device == device; });
    if (holder != holders_.end())
        return waitForHolder(std::move(open), *holder);
    if (!resolved) {
        if (open.list_refreshed || !lister_.isOlderThan(fresh_enough))
            return refuse(open, Status::invalid,
                          open.name.empty() ? "there is no device" : "there is no device " + open.name);
        return waitForList(std::move(open));
    }
    if (held(*client) >= settings_.max_devices_per_user)
        return refuse(open, Status::device_busy,
                      describe(client->user.value_or(""), client->peer.hostText()) +
                          " has as many devices open as one may (max_devices_per_user)");
    start(open, device, *client);
}

// Devices that are just being closed aren't counted: the user can do no more about them.
std::size_t DeviceBroker::devicesInUse() const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(holders_.begin(), holders_.end(), [](const Holder &holder) { return !holder.closing; }));
}

std::size_t DeviceBroker::held(const Client &client) const
{
    return static_cast<std::size_t>(std::count_if(holders_.begin(), holders_.end(), [&client](const Holder &holder) {
        return !holder.closing && holder.user == client.user.value_or("") &&
               (client.user || holder.limit_key == client.peer.limitKey());
    }));
}

// No grace runs meanwhile: its end would be a look at the old list.
void DeviceBroker::waitForList(PendingOpen open)
{
    open.list_refreshed = true;
    open.waits_for_device.clear();
    open.grace = {};
    pending_opens_.push_back(std::move(open));
    lister_.refresh();
}

// For as long as it takes, if the holder is going; for a moment, if its going may only not have been heard of. A
// connection that holds the device itself can't give it up while it waits.
void DeviceBroker::waitForHolder(PendingOpen open, const Holder &holder)
{
    if (holder.closing)
        open.grace = {};
    else if (holder.connection == open.connection || !open.grace.mayWait(EventLoop::now()))
        return refuse(open, Status::device_busy, "device held by " + describe(holder.user, holder.host));
    open.waits_for_device = holder.device;
    pending_opens_.push_back(std::move(open));
    scheduleGrace();
}

void DeviceBroker::scheduleGrace()
{
    std::optional<TimePoint> first;
    for (const auto &open : pending_opens_)
        if (const auto end = open.grace.end(); end && (!first || *end < *first))
            first = end;
    if (first)
        grace_timer_.schedule(std::max(std::chrono::ceil<Milliseconds>(*first - EventLoop::now()), Milliseconds(0)));
}

// The grace of some OPEN has ended: it is refused if the holder stays.
void DeviceBroker::lookAtHoldersAgain()
{
    tryAgain([](const PendingOpen &open) { return open.grace.end().has_value(); });
}

// What the rules say is for the log alone: the peer learns that they say no.
void DeviceBroker::deny(const PendingOpen &open, const std::string &device, const Client &client)
{
    const auto &address = client.peer.address;
    const std::string reason = "this device is not for you";
    if (client.user || rules_.outlook(address, device) != Outlook::after_login)
        return refuse(open, Status::access_denied, reason, rules_.refusalReason(client.user, address, device));
    send_open_result_({open.connection, open.key, {OpenDecision::Kind::login_needed, {Status::access_denied, reason}}},
                      UniqueFd());
}

void DeviceBroker::refuse(const PendingOpen &open, Status status, const std::string &reason)
{
    refuse(open, status, reason, reason);
}

void DeviceBroker::refuse(const PendingOpen &open, Status status, const std::string &reason,
                          std::string_view reason_for_log)
{
    if (const Client *const client = find_client_(open.connection))
        AuditLine("open", "refused")
            .with("device", open.name)
            .with("user", client->user.value_or(""))
            .with("from", client->peer.hostText())
            .with("connection", open.connection)
            .with("crypt", client->crypt)
            .with("reason", reason_for_log)
            .write();
    send_open_result_({open.connection, open.key, {OpenDecision::Kind::refused, {status, reason}}}, UniqueFd());
}

void DeviceBroker::start(const PendingOpen &open, const std::string &device, const Client &client)
{
    try {
        auto [session_end, device_end] = streamSocketPair();
        const auto process = pool_.assign(device, std::move(device_end), [this](DevicePool::Ticket ended, int status) {
            deviceExited(ended, status);
        });
        holders_.push_back({device, process, open.connection, open.key, client.user.value_or(""),
                            client.peer.hostText(), client.peer.limitKey(), settings_.close_timeout, EventLoop::now(),
                            false});
        audit("open", "granted", holders_.back())
            .with("crypt", client.crypt)
            .with("process", static_cast<std::uint64_t>(pool_.process(process)))
            .write();
        send_open_result_({open.connection, open.key, {OpenDecision::Kind::opened, {}}}, std::move(session_end));
    } catch (const std::exception &error) {
        logError("can't start a device process for " + device + ", asked for by connection " +
                 std::to_string(open.connection) + ": " + error.what());
        refuse(open, Status::no_mem, "the server can't start a process for this device; its log tells why");
    }
}

AuditLine DeviceBroker::audit(std::string_view event, std::string_view result, const Holder &holder)
{
    AuditLine line(event, result);
    line.with("device", holder.device)
        .with("user", holder.user)
        .with("from", holder.host)
        .with("connection", holder.connection);
    return line;
}

void DeviceBroker::scanEnded(ConnectionId connection, DeviceKey key, const ScanSummary &scan)
{
    for (const auto *const list : {&holders_, &lost_})
        for (const auto &holder : *list) {
            if (holder.connection != connection || holder.key != key)
                continue;
            const auto result = resultOf(scan.status);
            audit("scan", result, holder)
                .with("status", static_cast<std::uint64_t>(scan.status))
                .with("bytes", scan.image_bytes)
                .write();
            if (result == "failed" && list == &holders_) // else the end of its process says more
                errors_.add(holder.device, "a scan failed: " + statusText(static_cast<std::uint32_t>(scan.status)),
                            EventLoop::now());
        }
}

// --- closing --------------------------------------------------------------------------------------------------

void DeviceBroker::closeDevice(ConnectionId connection, DeviceKey key)
{
    std::erase_if(pending_opens_, [&](const PendingOpen &open) { //
        return open.connection == connection && open.key == key;
    });
    for (auto &holder : holders_)
        if (holder.connection == connection && holder.key == key)
            release(holder);
    std::erase_if(lost_, [&](const Holder &holder) { return holder.connection == connection && holder.key == key; });
}

void DeviceBroker::connectionClosed(ConnectionId connection)
{
    std::erase_if(pending_opens_, [&](const PendingOpen &open) { return open.connection == connection; });
    std::erase(pending_lists_, connection);
    for (auto &holder : holders_)
        if (holder.connection == connection)
            release(holder);
    std::erase_if(lost_, [&](const Holder &holder) { return holder.connection == connection; });
}

// The session process has closed its end, so the device process closes the device and ends; if it doesn't, it is
// killed.
void DeviceBroker::release(Holder &holder)
{
    if (std::exchange(holder.closing, true))
        return;
    pool_.release(holder.process, holder.close_timeout + close_grace);
}

void DeviceBroker::deviceExited(DevicePool::Ticket process, int wait_status)
{
    const auto holder = std::find_if(holders_.begin(), holders_.end(),
                                     [process](const Holder &entry) { return entry.process == process; });
    if (holder == holders_.end())
        return;
    const std::string device = holder->device;
    if (wait_status != 0) {
        logWarning("the process of device " + device + ", held by " + describe(holder->user, holder->host) + ", " +
                   describeExit(wait_status));
        errors_.add(device, "its process " + describeExit(wait_status), EventLoop::now());
    }
    audit("close", wait_status == 0 ? "closed" : "lost", *holder).write();
    if (!holder->closing) {
        lost_.splice(lost_.end(), holders_, holder);
        if (lost_.size() > max_lost)
            lost_.pop_front();
    } else {
        holders_.erase(holder);
    }
    tryAgain([&](const PendingOpen &open) { return open.waits_for_device == device; });
}

} // namespace netsane
