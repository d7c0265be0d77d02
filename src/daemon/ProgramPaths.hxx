// Where the daemon's programs and files are, wherever the tree was installed or staged to.
//
// A stateless function. With DESTDIR or a moved tree the compiled-in folders keep their places relative to each other,
// so the running program's own path tells what stands in front of them.
#pragma once

#include <string>

namespace netsane {

struct ProgramPaths {
    std::string program_dir; // netsaned-session and the others
    std::string plugin_dir;
    std::string config_file;
    std::string state_dir; // where root's netsaned keeps what it makes
    std::string run_dir;   // the same for as long as it runs
};

// Throws std::system_error when /proc isn't there.
ProgramPaths findProgramPaths();

} // namespace netsane
