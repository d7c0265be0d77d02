// One subcommand of `netsane`: its options and what it does. Made by CommandTable, owned by main(), run at most once.
#pragma once

#include "tool/ToolError.hxx"

#include <string>
#include <string_view>
#include <utility>

namespace CLI {
class App;
}

namespace netsane {

class ToolCommand {
public:
    // name: as typed, "passwd".
    explicit ToolCommand(std::string name) : name_(std::move(name)) {}
    virtual ~ToolCommand() = default;
    ToolCommand(const ToolCommand &) = delete;
    ToolCommand &operator=(const ToolCommand &) = delete;

    const std::string &name() const noexcept { return name_; }

    // Declares options and arguments, which are stored in this object when the command line is parsed.
    virtual void addOptions(CLI::App &app) = 0;

    // Does the work; may block. Throws ToolError, ConfigError, std::exception: main() shows what() and fails.
    virtual ExitCode run() = 0;

protected:
    // A line for people on standard error: "netsane passwd: text".
    void say(std::string_view text) const;

private:
    const std::string name_;
};

// The same for whoever isn't a command. Control characters are replaced.
void sayAs(std::string_view command, std::string_view text);

} // namespace netsane
