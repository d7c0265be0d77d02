// What the mains of the session process and the auth process have in common: environment, command line, log, channel.
#pragma once

#include "daemon/Log.hxx"
#include "os/UniqueFd.hxx"

#include <functional>

namespace netsane {

// What the command line says.
struct ChildOptions {
    LogTarget log = LogTarget::standard_error;
    bool sandbox = false; // the process confines itself (sandbox/Sandbox.hxx)
};

// Runs the process on its channel to the supervisor (descriptor 3) and returns the program's exit status. Refuses to
// run without such a channel.
int runChildMain(const char *program, int argc, char **argv,
                 const std::function<int(UniqueFd channel, const ChildOptions &options)> &run) noexcept;

} // namespace netsane
