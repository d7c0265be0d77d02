// `netsane probe`: what an admin runs when a user says "it doesn't work".
#pragma once

#include "config/ClientConfig.hxx"
#include "tool/ToolCommand.hxx"

#include <string>

namespace netsane {

class ProbeCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    ServerSettings settingsFor(const ServerName &server) const;

    std::string server_;
    std::string user_;
    std::string ca_;
    unsigned timeout_ = 0; // seconds; 0: as configured
    bool json_ = false;
    bool pin_ = false;
    bool verbose_ = false;
};

} // namespace netsane
