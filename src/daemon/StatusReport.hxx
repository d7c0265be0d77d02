// What `netsane status` shows of a running daemon, as a line of JSON (doc/control.md). A stateless function.
//
// Nothing secret is ever in it: what it takes is listed here, and no setting of a method is among it. Its size is
// bounded: of longer lists the rest is left out, and counted.
#pragma once

#include "daemon/ConnectionTable.hxx"
#include "daemon/DeviceBroker.hxx"
#include "daemon/PenaltyTable.hxx"

#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct StatusFacts {
    std::string config_file;
    std::vector<std::string> listening;
    TimePoint started_at;
    struct Reload {
        TimePoint at;
        std::string failure; // "": the configuration was taken
    };
    std::optional<Reload> reload; // the last one
    ConnectionTable::Limits limits{};
    std::size_t max_devices_per_user = 0;
    bool session_ready = false;
    std::optional<bool> auth_ready; // nothing: the server asks nobody
    std::map<std::string, std::string> sandbox;
};

// By connection; those that aren't there are shown without.
using TrafficTable = std::map<ConnectionId, ConnectionTraffic>;

struct StatusSources {
    const ConnectionTable &connections;
    const DeviceBroker &broker;
    const PenaltyTable &penalties;
    const TrafficTable &traffic;
};

// Of each list.
inline constexpr std::size_t max_status_entries = 2000;

// With the end of the line. now and wall_time are the same moment.
std::string makeStatusReport(const StatusSources &sources, const StatusFacts &facts, TimePoint now,
                             std::time_t wall_time);

// The same for what comes to nothing: {"control":1,"ok":false,"error":"…"}
std::string makeControlError(std::string_view reason);

// The beginning of every answer. To be closed by the caller.
class JsonWriter;
void beginControlAnswer(JsonWriter &json, bool ok);

} // namespace netsane
