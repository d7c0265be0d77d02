#include "daemon/StatusReport.hxx"

#include "util/JsonWriter.hxx"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::uint64_t control_version = 1;

using Layout = JsonWriter::Layout;

std::string isoTime(std::time_t time)
{
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 40> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

class Report {
public:
    Report(const StatusSources &sources, const StatusFacts &facts, TimePoint now, std::time_t wall_time)
        : sources_(sources), facts_(facts), now_(now), wall_time_(wall_time)
    {
    }

    std::string make()
    {
        beginControlAnswer(json_, true);
        addServer();
        addProcesses();
        addConnections();
        addUsers();
        addDevices();
        addPenalties();
        addLimits();
        json_.close('}');
        return json_.take();
    }

private:
    std::uint64_t secondsSince(TimePoint time) const
    {
        return static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now_ - time).count()));
    }

    void addSince(TimePoint time)
    {
        json_.text("since", isoTime(wall_time_ - static_cast<std::time_t>(secondsSince(time))));
        json_.count("seconds", secondsSince(time));
    }

    void addServer()
    {
        json_.text("time", isoTime(wall_time_));
        json_.count("clock_ms", static_cast<std::uint64_t>(
                                    std::chrono::duration_cast<Milliseconds>(now_.time_since_epoch()).count()));
        json_.count("pid", static_cast<std::uint64_t>(::getpid()));
        json_.text("config", facts_.config_file);
        json_.list("listening", facts_.listening, [](const std::string &address) { return address; });
        addSince(facts_.started_at);
        if (!facts_.reload)
            return json_.null("reload");
        json_.open('{', "reload");
        addSince(facts_.reload->at);
        json_.text("failure", facts_.reload->failure);
        json_.close('}');
    }

    void addProcesses()
    {
        const auto counts = sources_.broker.processCounts();
        json_.open('{', "processes");
        json_.text("session", facts_.session_ready ? "ready" : "starting");
        json_.text("auth", !facts_.auth_ready ? "none" : *facts_.auth_ready ? "ready" : "starting");
        json_.open('{', "device");
        json_.count("busy", counts.assigned);
        json_.count("warm", counts.ready);
        json_.count("starting", counts.starting);
        json_.count("wanted", counts.wanted);
        json_.close('}');
        json_.close('}');
        json_.open('{', "sandbox");
        for (const auto &[process_class, text] : facts_.sandbox)
            json_.text(process_class, text);
        json_.close('}');
    }

    void addConnections()
    {
        const auto ids = sources_.connections.ids();
        json_.open('[', "connections");
        for (std::size_t i = 0; i < ids.size() && i < max_status_entries; ++i)
            addConnection(ids[i], *sources_.connections.find(ids[i]));
        json_.close(']');
        json_.count("connections_left_out", ids.size() - std::min(ids.size(), max_status_entries));
    }

    void addConnection(ConnectionId id, const ConnectionTable::Client &client)
    {
        json_.open('{');
        json_.count("id", id);
        json_.text("peer", client.peer.toString());
        json_.text("address", client.peer.hostText());
        client.user ? json_.text("user", *client.user) : json_.null("user");
        json_.text("crypt", client.crypt);
        addSince(client.since);
        if (const auto traffic = sources_.traffic.find(id); traffic != sources_.traffic.end()) {
            json_.count("received_bytes", traffic->second.received_bytes);
            json_.count("sent_bytes", traffic->second.sent_bytes);
        }
        json_.list("devices", sources_.broker.devicesHeldBy(id), [](const std::string &name) { return name; });
        json_.close('}');
    }

    // Those who have logged in.
    void addUsers()
    {
        struct Count {
            std::uint64_t connections = 0;
            std::uint64_t devices = 0;
        };
        std::map<std::string, Count> users;
        for (const ConnectionId id : sources_.connections.ids())
            if (const auto &user = sources_.connections.find(id)->user) {
                ++users[*user].connections;
                users[*user].devices += sources_.broker.devicesHeldBy(id).size();
            }
        std::size_t shown = 0;
        json_.open('[', "users");
        for (const auto &[name, count] : users) {
            if (++shown > max_status_entries)
                break;
            json_.open('{');
            json_.text("user", name);
            json_.count("connections", count.connections);
            json_.count("devices", count.devices);
            json_.close('}');
        }
        json_.close(']');
    }

    void addDevices()
    {
        json_.open('[', "devices");
        for (const auto &state : sources_.broker.deviceStates())
            addDevice(state);
        json_.close(']');
        const auto list = sources_.broker.listState();
        json_.open('{', "list");
        list.made_at ? json_.count("age_seconds", secondsSince(*list.made_at)) : json_.null("age_seconds");
        json_.flag("running", list.running);
        json_.text("failure", list.failure);
        json_.close('}');
        json_.count("opens_waiting", sources_.broker.opensWaiting());
    }

    void addDevice(const DeviceBroker::DeviceState &state)
    {
        json_.open('{');
        json_.text("name", state.device.name);
        json_.text("vendor", state.device.vendor);
        json_.text("model", state.device.model);
        json_.text("type", state.device.type);
        json_.flag("listed", state.listed);
        if (state.holder)
            addHolder(*state.holder);
        else
            json_.null("held_by");
        if (state.last_error) {
            json_.open('{', "last_error");
            json_.text("text", state.last_error->text);
            addSince(state.last_error->at);
            json_.close('}');
        } else {
            json_.null("last_error");
        }
        json_.close('}');
    }

    void addHolder(const DeviceBroker::HolderState &holder)
    {
        json_.open('{', "held_by");
        json_.count("connection", holder.connection);
        holder.user.empty() ? json_.null("user") : json_.text("user", holder.user);
        json_.text("address", holder.host);
        json_.count("process", static_cast<std::uint64_t>(holder.process));
        json_.flag("closing", holder.closing);
        addSince(holder.since);
        json_.close('}');
    }

    void addPenalties()
    {
        const auto entries = sources_.penalties.entries(now_);
        json_.open('[', "penalties");
        for (std::size_t i = 0; i < entries.size() && i < max_status_entries; ++i) {
            json_.open('{');
            json_.text("host", entries[i].host);
            json_.count("failures", entries[i].failures);
            json_.number("refused_for_seconds", static_cast<double>(entries[i].penalty.count()) / 1000);
            json_.close('}');
        }
        json_.close(']');
        json_.count("penalties_left_out", entries.size() - std::min(entries.size(), max_status_entries));
    }

    void addLimits()
    {
        const auto [host, connections] = sources_.connections.busiestHost();
        json_.open('[', "limits");
        addLimit("max_connections", sources_.connections.size(), facts_.limits.connections);
        addLimit("max_strangers", sources_.connections.strangers(), facts_.limits.strangers);
        addLimit("max_connections_per_host", connections, facts_.limits.connections_per_host, host);
        const auto [user, devices] = busiestHolder();
        addLimit("max_devices_per_user", devices, facts_.max_devices_per_user, user);
        json_.close(']');
    }

    void addLimit(std::string_view name, std::size_t used, std::size_t limit, std::string_view who = {})
    {
        json_.open('{');
        json_.text("name", name);
        json_.count("used", used);
        json_.count("limit", limit);
        json_.textIf("who", who); // of whom there is the most
        json_.close('}');
    }

    std::pair<std::string, std::size_t> busiestHolder() const
    {
        std::map<std::string, std::size_t> devices;
        for (const auto &state : sources_.broker.deviceStates())
            if (state.holder && !state.holder->closing)
                ++devices[state.holder->user.empty() ? state.holder->host : state.holder->user];
        const auto most = std::max_element(devices.begin(), devices.end(),
                                           [](const auto &a, const auto &b) { return a.second < b.second; });
        if (most == devices.end())
            return {};
        return *most;
    }

    const StatusSources &sources_;
    const StatusFacts &facts_;
    const TimePoint now_;
    const std::time_t wall_time_;
    JsonWriter json_{Layout::one_line};
};

} // namespace

std::string makeStatusReport(const StatusSources &sources, const StatusFacts &facts, TimePoint now,
                             std::time_t wall_time)
{
    return Report(sources, facts, now, wall_time).make();
}

void beginControlAnswer(JsonWriter &json, bool ok)
{
    json.open('{');
    json.count("control", control_version);
    json.flag("ok", ok);
    json.text("version", NETSANE_VERSION);
}

std::string makeControlError(std::string_view reason)
{
    JsonWriter json(Layout::one_line);
    beginControlAnswer(json, false);
    json.text("error", reason);
    json.close('}');
    return json.take();
}

} // namespace netsane
