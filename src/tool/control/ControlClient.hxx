// Asks a running netsaned over its control socket (doc/control.md): a request and its answer at a time.
//
// Made by the commands that need one; holds no connection between requests. Blocks, but never beyond its patience.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>

namespace CLI {
class App;
}

namespace netsane {

// --config and --socket of a command, and which socket they mean.
class ControlOptions {
public:
    void addTo(CLI::App &app);

    // Throws ToolError where the configuration says that there is none, and where it can't be read and the usual place
    // is of no use either.
    std::string path() const;

private:
    std::string config_file_;
    std::string socket_;
};

class ControlClient {
public:
    explicit ControlClient(std::string path) : path_(std::move(path)) {}

    // request: a line without its end. An object whose "ok" is true. Throws ToolError: absent where no netsaned
    // answers, failed where it refuses or says nothing of use within the time.
    nlohmann::json ask(const std::string &request, std::chrono::seconds patience) const;

private:
    const std::string path_;
};

} // namespace netsane
