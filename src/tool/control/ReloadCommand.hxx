// `netsane reload`: a running daemon reads its configuration anew, and says whether it has taken it.
#pragma once

#include "tool/ToolCommand.hxx"
#include "tool/control/ControlClient.hxx"

namespace netsane {

class ReloadCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    ControlOptions where_;
    bool json_ = false;
};

} // namespace netsane
