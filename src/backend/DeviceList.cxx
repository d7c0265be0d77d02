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
    std::vector<std::string> addresses; // of one that was discovered; else none
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

Query makeQuery(const ServerName &server, ServerSettings settings, const DebugSink &debug)
{
    ClientOptions options{server, std::move(settings), "sane-netsane", {}, debug};
    options.settings.connect_timeout = DeviceList::deadline;
    return {server, {}, std::make_unique<ClientConnection>(std::move(options)), false, false, {}};
}

// Nothing of it is remembered: everybody in the network can have as many as he likes.
Query makeQuery(const DiscoveredServer &server, DeviceList::Milliseconds left, const DebugSink &debug)
{
    ClientOptions options{server.name, server.settings, "sane-netsane", {}, debug};
    options.settings.connect_timeout = std::chrono::ceil<std::chrono::seconds>(left);
    options.login_files = false;
    options.addresses = server.addresses;
    options.keep_trust = false;
    return {server.name, server.addresses, std::make_unique<ClientConnection>(std::move(options)), false, false, {}};
}

// Whether both have turned out to be one server under two names.
bool isSame(const Query &earlier, const Query &later)
{
    const auto peer = earlier.connection->isConnected() ? earlier.connection->peerText() : std::string();
    return !later.addresses.empty() && !peer.empty() && earlier.server.port == later.server.port &&
           std::ranges::find(later.addresses, peer) != later.addresses.end();
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

void DeviceList::fill(const std::vector<ServerEntry> &servers, DiscoveredServers &discovered, const DebugSink &debug)
{
    entries_.clear();
    const auto begun = std::chrono::steady_clock::now();
    const auto until = begun + deadline;
    discovered.begin(begun);
    std::vector<Query> queries;
    for (const auto &server : servers)
        queries.push_back(makeQuery(server.name, server.settings, debug));
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        discovered.advance(now);
        while (queries.size() < servers.size() + discovered.servers().size())
            queries.push_back(makeQuery(discovered.servers()[queries.size() - servers.size()],
                                        std::chrono::ceil<Milliseconds>(until - now), debug));
        std::vector<pollfd> waits;
        if (discovered.fd() >= 0)
            waits.push_back({discovered.fd(), POLLIN, 0});
        for (auto &query : queries) {
            if (!query.done)
                advance(query, debug);
            if (!query.done)
                waits.push_back({query.connection->fd(), query.connection->pollEvents(), 0});
        }
        if (waits.empty() || std::chrono::steady_clock::now() >= until)
            break;
        ::poll(waits.data(), waits.size(),
               waitMilliseconds(queries, discovered.fd() >= 0 ? std::min(until, discovered.deadline()) : until));
    }
    for (std::size_t i = 0; i < queries.size(); ++i) {
        auto &query = queries[i];
        if (!query.done)
            debug(1, query.server.text() + ": no answer within 2 seconds");
        if (std::any_of(queries.begin(), queries.begin() + static_cast<std::ptrdiff_t>(i),
                        [&query](const Query &earlier) { return isSame(earlier, query); }))
            continue;
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
