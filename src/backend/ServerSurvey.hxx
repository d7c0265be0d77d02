// All servers asked at once for their devices, those that are discovered meanwhile too, and what came of each.
//
// A function, without state. It blocks until all have answered or the deadline has passed; a name that the DNS has to
// find is looked up before that. Nobody is asked for a password: a server that wants a login gets one from netsane.conf
// or the person's files, or has no devices; one that was discovered gets none.
#pragma once

#include "client/DebugLog.hxx"
#include "client/DiscoveredServers.hxx"
#include "config/ClientConfig.hxx"
#include "protocol/DeviceMessages.hxx"

#include <chrono>
#include <string>
#include <vector>

namespace netsane {

// Together, however many servers there are (sane-semantics.md 20).
constexpr std::chrono::seconds survey_deadline{2};

struct SurveyedServer {
    ServerName server;
    std::vector<DeviceEntry> devices{}; // with the names that frontends see, without "netsane:"; printable
    std::string failure{};              // empty: it has answered
    bool discovered = false;            // not in the configuration, but announced in the network
};

// In the order of `servers`, those that are discovered behind them where they aren't one of these. debug also gets each
// failure, at level 1. program: for the servers' logs.
std::vector<SurveyedServer> surveyServers(const std::vector<ServerEntry> &servers, DiscoveredServers &discovered,
                                          const char *program, const DebugSink &debug);

// The name by which a frontend opens a server's device, without "netsane:".
std::string frontendName(const ServerName &server, const std::string &device);

} // namespace netsane
