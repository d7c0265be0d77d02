#include "backend/DeviceList.hxx"

#include "client/ClientConnection.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ClientText.hxx"
#include "util/PortNumber.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <iterator>
#include <memory>
#include <poll.h>
#include <system_error>

namespace netsane {

namespace {

using TimePoint = ClientConnection::TimePoint;

// One server being asked.
struct Query {
    ServerName server;
    std::unique_ptr<ClientConnection> connection;
    bool asked = false;
    bool done = false;
    std::vector<DeviceEntry> entries{};
};

// A name with control characters couldn't be typed or stored by a frontend.
bool isUsableName(const std::string &name)
{
    return name.size() <= max_device_name_bytes && std::none_of(name.begin(), name.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

void collect(Query &query, const GetDevicesReply &reply, const DebugSink &debug)
{
    if (reply.outcome.status != Status::good)
        debug(1, query.server.text() + ": no list of devices: " + printableText(reply.outcome.reason));
    for (const auto &device : reply.devices) {
        if (!isUsableName(device.name))
            continue;
        query.entries.push_back({frontendName(query.server, device.name), printableText(device.vendor),
                                 printableText(device.model), printableText(device.type)});
    }
}

void advance(Query &query, const DebugSink &debug)
{
    auto &connection = *query.connection;
    connection.advance(std::chrono::steady_clock::now());
    if (connection.isConnected() && !query.asked && connection.session().canRequest()) {
        query.asked = true;
        encodeBare(connection.session().request(Command::init), Command::init);
        encodeBare(connection.session().request(Command::get_devices), Command::get_devices);
    }
    while (connection.isConnected()) {
        const auto message = connection.session().nextReply();
        if (!message && connection.session().loginWanted() && !connection.loginWanted())
            continue; // answered from a file
        if (!message)
            break;
        if (message->command != static_cast<std::uint32_t>(Command::get_devices))
            continue;
        try {
            collect(query, decodeGetDevicesReply(*message), debug);
        } catch (const ProtocolError &error) {
            debug(1, query.server.text() + ": " + error.what());
        }
        query.done = true;
        connection.session().quit();
        connection.advance(std::chrono::steady_clock::now());
        return;
    }
    if (connection.failure()) {
        debug(1, query.server.text() + ": " + connection.failure()->reason);
        query.done = true;
    } else if (connection.isConnected() && connection.loginWanted()) {
        debug(1, query.server.text() + ": wants a login before it lists its devices (user and password in "
                                       "netsane.conf or ~/.config/netsane/credentials)");
        query.done = true;
        connection.session().quit();
        connection.advance(std::chrono::steady_clock::now());
    }
}

std::vector<Query> startQueries(const std::vector<ServerEntry> &servers, const DebugSink &debug)
{
    std::vector<Query> queries;
    for (const auto &server : servers) {
        ClientOptions options{server.name, server.settings, "sane-netsane", {}, debug};
        options.settings.connect_timeout = DeviceList::deadline;
        queries.push_back({server.name, std::make_unique<ClientConnection>(std::move(options)), false, false, {}});
    }
    return queries;
}

int waitMilliseconds(const std::vector<Query> &queries, TimePoint deadline)
{
    auto until = deadline;
    for (const auto &query : queries)
        if (!query.done)
            until = std::min(until, query.connection->nextDeadline().value_or(deadline));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
}

} // namespace

std::string frontendName(const ServerName &server, const std::string &device)
{
    const auto first_part = std::string_view(device).substr(0, device.find(':'));
    return (parsePort(first_part) ? server.textWithPort() : server.text()) + ":" + device;
}

void DeviceList::fill(const std::vector<ServerEntry> &servers, const DebugSink &debug)
{
    entries_.clear();
    auto queries = startQueries(servers, debug);
    const auto until = std::chrono::steady_clock::now() + deadline;
    for (;;) {
        std::vector<pollfd> waits;
        for (auto &query : queries) {
            if (!query.done)
                advance(query, debug);
            if (!query.done)
                waits.push_back({query.connection->fd(), query.connection->pollEvents(), 0});
        }
        if (waits.empty() || std::chrono::steady_clock::now() >= until)
            break;
        ::poll(waits.data(), waits.size(), waitMilliseconds(queries, until));
    }
    for (auto &query : queries) {
        if (!query.done)
            debug(1, query.server.text() + ": no answer within 2 seconds");
        std::move(query.entries.begin(), query.entries.end(), std::back_inserter(entries_));
    }
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
