#include "backend/ServerSurvey.hxx"

#include "client/ClientConnection.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ClientText.hxx"
#include "util/PortNumber.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <memory>
#include <poll.h>
#include <system_error>

namespace netsane {

namespace {

using TimePoint = ClientConnection::TimePoint;
using Milliseconds = std::chrono::milliseconds;

// One server being asked.
struct Query {
    SurveyedServer result;
    std::vector<std::string> addresses; // of one that was discovered; else none
    std::unique_ptr<ClientConnection> connection;
    bool asked = false;
    bool done = false;
};

// A name with control characters couldn't be typed or stored by a frontend.
bool isUsableName(const std::string &name)
{
    return name.size() <= max_device_name_bytes && std::none_of(name.begin(), name.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

void fail(Query &query, const std::string &reason, const DebugSink &debug)
{
    query.result.failure = reason;
    query.done = true;
    debug(1, query.result.server.text() + ": " + reason);
}

void collect(Query &query, const GetDevicesReply &reply, const DebugSink &debug)
{
    if (reply.outcome.status != Status::good)
        fail(query, "no list of devices: " + printableText(reply.outcome.reason), debug);
    for (const auto &device : reply.devices) {
        if (!isUsableName(device.name))
            continue;
        query.result.devices.push_back({frontendName(query.result.server, device.name), printableText(device.vendor),
                                        printableText(device.model), printableText(device.type)});
    }
}

void leave(ClientConnection &connection)
{
    connection.session().quit();
    connection.advance(std::chrono::steady_clock::now());
}

// The reply to GET_DEVICES, as far as it has come.
void takeReplies(Query &query, const DebugSink &debug)
{
    auto &connection = *query.connection;
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
            fail(query, error.what(), debug);
        }
        query.done = true;
        leave(connection);
        return;
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
    takeReplies(query, debug);
    if (query.done)
        return;
    if (connection.failure()) {
        fail(query, connection.failure()->reason, debug);
    } else if (connection.isConnected() && connection.loginWanted()) {
        fail(query,
             "wants a login before it lists its devices (user and password in netsane.conf or "
             "~/.config/netsane/credentials)",
             debug);
        leave(connection);
    }
}

Query makeQuery(const ServerEntry &server, const char *program, const DebugSink &debug)
{
    ClientOptions options{server.name, server.settings, program, {}, debug};
    options.settings.connect_timeout = survey_deadline;
    return {{server.name}, {}, std::make_unique<ClientConnection>(std::move(options))};
}

// Nothing of it is remembered: everybody in the network can have as many as he likes.
Query makeQuery(const DiscoveredServer &server, Milliseconds left, const char *program, const DebugSink &debug)
{
    ClientOptions options{server.name, server.settings, program, {}, debug};
    options.settings.connect_timeout = std::chrono::ceil<std::chrono::seconds>(left);
    options.login_files = false;
    options.addresses = server.addresses;
    options.keep_trust = false;
    SurveyedServer result{server.name};
    result.discovered = true;
    return {std::move(result), server.freshAddresses(), std::make_unique<ClientConnection>(std::move(options))};
}

// Whether both have turned out to be one server under two names.
bool isSame(const Query &earlier, const Query &later)
{
    const auto peer = earlier.connection->isConnected() ? earlier.connection->peerText() : std::string();
    return !later.addresses.empty() && !peer.empty() && earlier.result.server.port == later.result.server.port &&
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

std::vector<SurveyedServer> surveyServers(const std::vector<ServerEntry> &servers, DiscoveredServers &discovered,
                                          const char *program, const DebugSink &debug)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto until = begun + survey_deadline;
    discovered.begin(begun);
    std::vector<Query> queries;
    for (const auto &server : servers)
        queries.push_back(makeQuery(server, program, debug));
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        discovered.advance(now);
        while (queries.size() < servers.size() + discovered.servers().size())
            queries.push_back(makeQuery(discovered.servers()[queries.size() - servers.size()],
                                        std::chrono::ceil<Milliseconds>(until - now), program, debug));
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
    std::vector<SurveyedServer> results;
    for (auto query = queries.begin(); query != queries.end(); ++query) {
        if (!query->done)
            fail(*query, "no answer within 2 seconds", debug);
        if (std::none_of(queries.begin(), query, [&](const Query &earlier) { return isSame(earlier, *query); }))
            results.push_back(std::move(query->result));
    }
    return results;
}

} // namespace netsane
