// `netsane trace`: shows a recorded session.
#pragma once

#include "tool/ToolCommand.hxx"
#include "tool/trace/TraceView.hxx"

#include <memory>
#include <string>

namespace netsane {

class TraceCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    std::unique_ptr<TraceView> makeView() const;

    std::string file_;
    bool json_ = false;
    bool summary_ = false;
    bool all_ = false;
};

} // namespace netsane
