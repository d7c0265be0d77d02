// What ends a command before its work is done. Thrown anywhere below main(), which shows what() and exits with the
// code.
#pragma once

#include <stdexcept>
#include <string>

namespace netsane {

// The exit codes of `netsane`, the same for every command; `netsane --help` tells them.
enum class ExitCode : int {
    done = 0,
    failed = 1,
    usage = 2,   // an option or an argument is wrong
    no_user = 3, // there is no such user
};

class ToolError : public std::runtime_error {
public:
    ToolError(ExitCode code, const std::string &what) : std::runtime_error(what), code_(code) {}

    ExitCode code() const noexcept { return code_; }

private:
    ExitCode code_;
};

} // namespace netsane
