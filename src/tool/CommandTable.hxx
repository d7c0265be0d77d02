// The commands that `netsane` has, one row each, in the order in which --help shows them.
#pragma once

#include "tool/ToolCommand.hxx"

#include <memory>
#include <span>

namespace netsane {

struct CommandRow {
    const char *name;
    const char *summary;  // one line
    const char *examples; // for the end of --help
    std::unique_ptr<ToolCommand> (*make)(const char *name);
};

std::span<const CommandRow> commandTable() noexcept;

} // namespace netsane
