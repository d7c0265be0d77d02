#include "tool/control/StatusText.hxx"

#include "tool/BytesText.hxx"
#include "tool/control/TextTable.hxx"

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace netsane {

namespace {

using Json = nlohmann::json;
using Align = TextTable::Align;
using Kind = StatusLine::Kind;

// A member of an object, or null.
const Json &member(const Json &object, const char *name)
{
    static const Json none;
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : none;
}

std::string text(const Json &object, const char *name, const char *otherwise = "-")
{
    const Json &value = member(object, name);
    return value.is_string() && !value.get_ref<const std::string &>().empty() ? value.get<std::string>() : otherwise;
}

std::uint64_t count(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

double number(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    return value.is_number() ? value.get<double>() : 0;
}

std::string since(const Json &object)
{
    return durationText(count(object, "seconds"));
}

std::string listText(const Json &list, const char *otherwise = "-")
{
    std::string all;
    if (list.is_array())
        for (const auto &entry : list)
            if (entry.is_string())
                all += (all.empty() ? "" : ", ") + entry.get<std::string>();
    return all.empty() ? otherwise : all;
}

std::string bytesCell(const Json &object, const char *name)
{
    return member(object, name).is_number() ? bytesText(number(object, name)) : "?";
}

class Lines {
public:
    explicit Lines(std::size_t max_width) : max_width_(max_width) {}

    void add(const std::string &line, Kind kind = Kind::plain)
    {
        lines_.push_back({cutTo(shownText(line), max_width_), kind});
    }
    void title(const std::string &line)
    {
        lines_.push_back({});
        add(line, Kind::title);
    }
    void table(const TextTable &table)
    {
        for (auto &line : table.lines(max_width_))
            lines_.push_back({std::move(line), Kind::plain});
    }
    std::vector<StatusLine> take() { return std::move(lines_); }

private:
    const std::size_t max_width_;
    std::vector<StatusLine> lines_;
};

void addServer(Lines &lines, const Json &status)
{
    lines.add("netsaned " + text(status, "version") + ", process " + std::to_string(count(status, "pid")) +
                  ", started " + since(status) + " ago",
              Kind::title);
    lines.add("configuration: " + text(status, "config"));
    lines.add("listening: " + listText(member(status, "listening")));
    const Json &processes = member(status, "processes");
    const Json &device = member(processes, "device");
    const std::string starting =
        count(device, "starting") == 0 ? std::string() : ", " + std::to_string(count(device, "starting")) + " starting";
    lines.add("processes: session " + text(processes, "session") + ", auth " + text(processes, "auth") + ", device " +
              std::to_string(count(device, "busy")) + " busy, " + std::to_string(count(device, "warm")) + " warm" +
              starting);
    const Json &reload = member(status, "reload");
    if (!reload.is_object())
        return;
    const std::string failure = text(reload, "failure", "");
    if (failure.empty())
        lines.add("reloaded: " + since(reload) + " ago");
    else
        lines.add("not reloaded, " + since(reload) + " ago, the old configuration stays: " + failure, Kind::trouble);
}

void addConnections(Lines &lines, const Json &status)
{
    TextTable table({{"ID", Align::right},
                     {"USER", Align::left, true},
                     {"FROM", Align::left, true},
                     {"CRYPT"},
                     {"FOR", Align::right},
                     {"RECEIVED", Align::right},
                     {"SENT", Align::right},
                     {"RATE", Align::right},
                     {"DEVICES", Align::left, true}});
    const Json &connections = member(status, "connections");
    for (const auto &entry : connections.is_array() ? connections : Json::array())
        table.add(
            {std::to_string(count(entry, "id")), text(entry, "user"), text(entry, "peer"),
             text(entry, "crypt") == "none" ? "clear" : text(entry, "crypt"), since(entry),
             bytesCell(entry, "received_bytes"), bytesCell(entry, "sent_bytes"),
             member(entry, "bytes_per_second").is_number() ? bytesText(number(entry, "bytes_per_second")) + "/s" : "",
             listText(member(entry, "devices"))});
    const std::uint64_t left_out = count(status, "connections_left_out");
    lines.title("Connections: " + std::to_string(table.rows() + left_out) +
                (member(status, "bytes_per_second").is_number()
                     ? ", " + bytesText(number(status, "bytes_per_second")) + "/s"
                     : ""));
    if (table.rows() != 0)
        lines.table(table);
    if (left_out != 0)
        lines.add("  and " + std::to_string(left_out) + " more");
}

void addUsers(Lines &lines, const Json &status)
{
    TextTable table({{"USER", Align::left, true}, {"CONNECTIONS", Align::right}, {"DEVICES", Align::right}});
    const Json &users = member(status, "users");
    for (const auto &entry : users.is_array() ? users : Json::array())
        table.add({text(entry, "user"), std::to_string(count(entry, "connections")),
                   std::to_string(count(entry, "devices"))});
    if (table.rows() == 0)
        return;
    lines.title("Users: " + std::to_string(table.rows()));
    lines.table(table);
}

std::string listState(const Json &status)
{
    const Json &list = member(status, "list");
    std::string state = member(list, "age_seconds").is_number()
                            ? "listed " + durationText(count(list, "age_seconds")) + " ago"
                            : "not listed yet";
    if (member(list, "running") == true)
        state += ", being listed";
    if (const auto waiting = count(status, "opens_waiting"); waiting != 0)
        state += ", " + std::to_string(waiting) + " waiting to open one";
    return state;
}

void addDevices(Lines &lines, const Json &status)
{
    TextTable table({{"NAME", Align::left, true},
                     {"MODEL", Align::left, true},
                     {"HELD BY", Align::left, true},
                     {"FOR", Align::right},
                     {"LAST ERROR", Align::left, true}});
    const Json &devices = member(status, "devices");
    for (const auto &entry : devices.is_array() ? devices : Json::array()) {
        const Json &holder = member(entry, "held_by");
        const Json &error = member(entry, "last_error");
        const std::string model = text(entry, "vendor", "") + " " + text(entry, "model", "");
        table.add({text(entry, "name"), model == " " ? "-" : model,
                   !holder.is_object() ? "-"
                   : member(holder, "closing") == true
                       ? "being closed"
                       : text(holder, "user", "somebody") + " from " + text(holder, "address") + " (" +
                             std::to_string(count(holder, "connection")) + ")",
                   holder.is_object() ? since(holder) : "-",
                   error.is_object() ? since(error) + " ago: " + text(error, "text") : "-"});
    }
    lines.title("Devices: " + std::to_string(table.rows()) + ", " + listState(status));
    if (table.rows() != 0)
        lines.table(table);
    if (const auto failure = text(member(status, "list"), "failure", ""); !failure.empty())
        lines.add("  the last listing failed: " + failure, Kind::trouble);
}

void addPenalties(Lines &lines, const Json &status)
{
    TextTable table({{"HOST", Align::left, true}, {"FAILED LOGINS", Align::right}, {"REFUSED FOR", Align::right}});
    const Json &penalties = member(status, "penalties");
    for (const auto &entry : penalties.is_array() ? penalties : Json::array()) {
        const double left = number(entry, "refused_for_seconds");
        table.add({text(entry, "host"), std::to_string(count(entry, "failures")),
                   left > 0 ? durationText(static_cast<std::uint64_t>(left) + 1) : "-"});
    }
    if (table.rows() == 0)
        return;
    lines.title("Failed logins");
    lines.table(table);
}

void addLimits(Lines &lines, const Json &status)
{
    TextTable table({{"LIMIT"}, {"USED", Align::right}, {"OF", Align::right}, {"MOST OF", Align::left, true}});
    const Json &limits = member(status, "limits");
    for (const auto &entry : limits.is_array() ? limits : Json::array())
        table.add({text(entry, "name"), std::to_string(count(entry, "used")), std::to_string(count(entry, "limit")),
                   text(entry, "who", "")});
    lines.title("Limits");
    lines.table(table);
}

} // namespace

std::vector<StatusLine> statusLines(const Json &status, std::size_t max_width)
{
    Lines lines(max_width);
    addServer(lines, status);
    addConnections(lines, status);
    addUsers(lines, status);
    addDevices(lines, status);
    addPenalties(lines, status);
    addLimits(lines, status);
    return lines.take();
}

void addRates(Json &status, const Json &earlier)
{
    const double seconds = (number(status, "clock_ms") - number(earlier, "clock_ms")) / 1000;
    if (seconds <= 0 || count(status, "pid") != count(earlier, "pid"))
        return;
    std::map<std::uint64_t, double> before;
    for (const auto &entry : member(earlier, "connections"))
        if (member(entry, "sent_bytes").is_number())
            before[count(entry, "id")] = number(entry, "sent_bytes") + number(entry, "received_bytes");
    double all = 0;
    if (!member(status, "connections").is_array())
        return;
    for (auto &entry : status["connections"]) {
        const auto found = before.find(count(entry, "id"));
        if (!member(entry, "sent_bytes").is_number() || found == before.end())
            continue;
        const double rate = (number(entry, "sent_bytes") + number(entry, "received_bytes") - found->second) / seconds;
        entry["bytes_per_second"] = static_cast<std::uint64_t>(rate > 0 ? rate : 0);
        all += rate > 0 ? rate : 0;
    }
    status["bytes_per_second"] = static_cast<std::uint64_t>(all);
}

std::string durationText(std::uint64_t seconds)
{
    const auto pair = [](std::uint64_t high, const char *high_unit, std::uint64_t low, const char *low_unit) {
        return std::to_string(high) + high_unit + (low == 0 ? "" : " " + std::to_string(low) + low_unit);
    };
    if (seconds < 60)
        return std::to_string(seconds) + " s";
    if (seconds < 3600)
        return std::to_string(seconds / 60) + " min";
    if (seconds < 24 * 3600)
        return pair(seconds / 3600, " h", seconds / 60 % 60, " min");
    return pair(seconds / (24 * 3600), " d", seconds / 3600 % 24, " h");
}

} // namespace netsane
