// The servers that announce themselves in the network, as far as the configuration wants to know of them.
//
// Owned by the Backend, or who else lists devices, and kept as long as that, for what was found once is known again at
// once; one thread. What is found may be made up by anybody in the network. So TLS is required, unless the
// configuration says otherwise for all servers, and login and certificate that the configuration has for all are not
// for these; who lists their devices uses no login at all and keeps no fingerprint (ClientOptions).
#pragma once

#include "client/ServerBrowser.hxx"
#include "config/ClientConfig.hxx"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct DiscoveredServer {
    ServerName name; // host.local and its port
    std::vector<std::string> addresses;
    ServerSettings settings; // without login and certificate, unless the configuration has a line for it
    std::string instance;    // for people, printable
    std::chrono::steady_clock::time_point seen_at;
    std::size_t fresh_addresses = 0; // so many, in front, are of the look when it was seen last

    static constexpr std::size_t max_addresses = 8;

    // It was heard of in the look that began then.
    void note(const std::string &address, std::chrono::steady_clock::time_point look);
    // It was heard of there before: behind the others.
    void keep(const std::string &address);

    // Where the look when it was seen last has found it.
    std::vector<std::string> freshAddresses() const;
};

class DiscoveredServers {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Of a listing: announcements that come later are for the next one.
    static constexpr std::chrono::milliseconds usual_time{500};
    // Where something is known to be there, but not yet how it can be reached.
    static constexpr std::chrono::milliseconds longest_time{1000};
    // A server that wasn't seen for so long isn't listed any more.
    static constexpr std::chrono::seconds memory{60};
    static constexpr std::size_t max_servers = 16;

    // config: must stay. program: see browseProgram(). debug: not empty.
    DiscoveredServers(const ClientConfig &config, std::string program, DebugSink debug);

    // ---- for a loop over several connections

    // Begins to look, if the configuration wants that.
    void begin(TimePoint now);
    // To be polled for reading; -1: nothing is to be waited for.
    int fd() const noexcept { return browser_ ? browser_->fd() : -1; }
    TimePoint deadline() const noexcept;
    // Reads, without waiting, what has come; looks no longer once the time is over.
    void advance(TimePoint now);
    // All that are known, those before too, in the order in which they were found. More may stand at the end, and
    // more addresses with each, as long as fd() isn't -1.
    const std::vector<DiscoveredServer> &servers() const noexcept { return servers_; }

    // ---- blocking, for longest_time

    // The server of that name; nothing if it isn't one that would have to be found so, or isn't found and was never
    // listed.
    std::optional<DiscoveredServer> find(const ServerName &name);

    // Of a server that isn't known from the network: those of the configuration, but for a name that might have been
    // announced earlier as careful as for one that is.
    ServerSettings settingsFor(const ServerName &name) const;

private:
    const DiscoveredServer *known(const ServerName &name) const noexcept;
    bool mayBeFound(const ServerName &name) const;
    void add(const FoundServer &found);
    void lookFor(const ServerName &name);

    const ClientConfig &config_;
    const std::string program_;
    const DebugSink debug_;
    std::unique_ptr<ServerBrowser> browser_;
    TimePoint begun_;
    std::vector<DiscoveredServer> servers_;
};

} // namespace netsane
