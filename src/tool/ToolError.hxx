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
    usage = 2,  // an option or an argument is wrong
    absent = 3, // what was named isn't there
    no_user = absent,
    unreachable = absent,
};

class ToolError : public std::runtime_error {
public:
    ToolError(ExitCode code, const std::string &what) : std::runtime_error(what), code_(code) {}

    ExitCode code() const noexcept { return code_; }

private:
    ExitCode code_;
};

} // namespace netsane
