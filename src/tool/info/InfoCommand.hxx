// `netsane info`: the options of a device.
#pragma once

#include "tool/ToolCommand.hxx"

#include <string>

namespace netsane {

class InfoCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    std::string device_;
    bool json_ = false;
};

} // namespace netsane
