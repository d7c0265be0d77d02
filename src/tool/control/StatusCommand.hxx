// `netsane status`: what a running daemon is doing.
#pragma once

#include "tool/ToolCommand.hxx"
#include "tool/control/ControlClient.hxx"

namespace netsane {

class StatusCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    void once(const ControlClient &client) const;
    void watchTerminal(const ControlClient &client) const;
    void watchBlocks(const ControlClient &client) const;

    ControlOptions where_;
    bool json_ = false;
    bool watch_ = false;
};

} // namespace netsane
