// `netsane list`: the servers and their devices.
#pragma once

#include "tool/ToolCommand.hxx"

namespace netsane {

class ListCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    bool json_ = false;
    bool verbose_ = false;
};

} // namespace netsane
