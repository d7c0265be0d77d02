// `netsane kick`: ends connections of a running daemon.
#pragma once

#include "tool/ToolCommand.hxx"
#include "tool/control/ControlClient.hxx"

namespace netsane {

class KickCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    ControlOptions where_;
    std::string who_;
    std::string kind_ = "any";
    bool json_ = false;
};

} // namespace netsane
