// All servers asked at once for their devices, and what came of each.
//
// A function, without state. It blocks until all have answered or the deadline has passed; a name that the DNS has to
// find is looked up before that. Nobody is asked for a password: a server that wants a login gets one from netsane.conf
// or the person's files, or has no devices.
#pragma once

#include "client/DebugLog.hxx"
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
};

// In the order of `servers`. debug also gets each failure, at level 1. program: for the servers' logs.
std::vector<SurveyedServer> surveyServers(const std::vector<ServerEntry> &servers, const char *program,
                                          const DebugSink &debug);

// The name by which a frontend opens a server's device, without "netsane:".
std::string frontendName(const ServerName &server, const std::string &device);

} // namespace netsane
