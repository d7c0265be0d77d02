// `netsane check`: what would keep this machine's server from working, and what to do about it.
#pragma once

#include "config/ServerConfig.hxx"
#include "os/ProcessIdentity.hxx"
#include "tool/ToolCommand.hxx"
#include "tool/check/CheckReport.hxx"

#include <optional>
#include <string>

namespace netsane {

class CheckCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    CheckFindings check() const;
    CheckFindings checkAll(const ServerConfig &config, const std::string &path) const;
    CheckFindings checkRunning(const ServerConfig &config, const std::string &path) const;

    std::string config_file_;
    bool json_ = false;
};

} // namespace netsane
