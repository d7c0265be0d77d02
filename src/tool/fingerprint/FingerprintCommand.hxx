// `netsane fingerprint`: what a server's certificate can be recognised by.
#pragma once

#include "tool/ToolCommand.hxx"

#include <string>

namespace netsane {

class FingerprintCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    std::string configuredFile() const;

    std::string file_;
    std::string config_file_;
};

} // namespace netsane
