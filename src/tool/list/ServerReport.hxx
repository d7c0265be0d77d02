// What servers have answered, for people and for programs. Functions without state.
#pragma once

#include "backend/ServerSurvey.hxx"

#include <string>
#include <vector>

namespace netsane {

std::string serversText(const std::vector<SurveyedServer> &servers, bool colours);

// One object on several lines. A server that didn't answer has "failure" and no "devices".
std::string serversJson(const std::vector<SurveyedServer> &servers);

} // namespace netsane
